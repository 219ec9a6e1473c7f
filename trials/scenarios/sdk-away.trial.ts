/**
 * @module What is written while somebody is away: a friend whose program is closed, and a relay that ends, is killed and
 * comes back. All of it is read once, and in order.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { meet, type SdkPerson, SdkStage } from '#sdk-stage.ts'

describe.each(['bun', 'node'] as const)('over a relay on %s', { timeout: 60_000 }, (runtime) => {
  let stage: SdkStage
  let ann: SdkPerson
  let bob: SdkPerson
  let toBob = ''
  let toAnn = ''
  /** All that each has written, in the order of the stories. */
  const written = { ann: new Array<string>(), bob: new Array<string>() }

  beforeAll(async () => {
    stage = await SdkStage.open(runtime)
    ann = await stage.person('ann')
    bob = await stage.person('bob')
    ;[toBob, toAnn] = await meet(ann, bob)
  })
  afterAll(async () => await stage[Symbol.asyncDispose]())

  async function writeAsAnn(name: string, count: number): Promise<void> {
    await writeAll(ann, toBob, name, count, written.ann)
  }

  async function writeAsBob(name: string, count: number): Promise<void> {
    await writeAll(bob, toAnn, name, count, written.bob)
  }

  /** All of it, once: what came twice would have come before the last one. */
  async function expectAllToBeRead(): Promise<void> {
    await Promise.all([ann.sent(toBob, isAtRelay), bob.sent(toAnn, isAtRelay)])
    await Promise.all([writeAsAnn('end', 1), writeAsBob('end', 1)])
    const [last] = written.ann.slice(-1)
    await bob.until('the end', async () => (await bob.read(toAnn)).at(-1) === last || undefined)
    expect(await bob.read(toAnn)).toEqual(written.ann)
    expect(await ann.hear(toBob, written.bob.length)).toEqual(written.bob)
    expect([ann.failures, bob.failures]).toEqual([[], []])
  }

  test('200 messages for somebody who is away are read when they are back', async () => {
    await bob.close()
    await writeAsAnn('away ', 200)
    await ann.sent(toBob, isAtRelay)
    await bob.open()
    await bob.hear(toAnn, 200)
    // What was read is gone at the relay: it does not come again.
    await bob.reopen()
    await expectAllToBeRead()
  })

  test.each(['SIGTERM', 'SIGKILL'] as const)(
    '100 messages each way are read while the relay ends by %s and comes back',
    async (signal) => {
      const before = written.ann.length
      const ended = bob.hear(toAnn, before + 30).then(() => stage.end(signal))
      await Promise.all([writeAsAnn(`${signal} `, 100), writeAsBob(`${signal} `, 100), ended])
      expect(await ann.messenger.waiting()).toBeGreaterThan(0)
      await stage.start()
      if (runtime === 'node' || signal === 'SIGKILL') {
        // Once they come back by themselves. Otherwise somebody looks, who does not wait for the end of a pause.
        ann.messenger.nudge()
        bob.messenger.nudge()
      }
      await expectAllToBeRead()
    },
  )
})

const isAtRelay = ({ status }: { readonly status?: string | undefined }): boolean =>
  status === 'accepted' || status === 'delivered'

async function writeAll(
  from: SdkPerson,
  conversation: string,
  name: string,
  count: number,
  written: string[],
): Promise<void> {
  for (let i = 1; i <= count; i++) {
    await from.messenger.send(conversation, `${name}${i}`)
    written.push(`${name}${i}`)
  }
}
