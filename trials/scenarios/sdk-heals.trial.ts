/**
 * @module What does not stay wrong: a mailbox that is full, and sessions that one side has lost.
 */
import { describe, expect, test } from 'vitest'
import { meet, type SdkPerson, SdkStage } from '#sdk-stage.ts'

describe.each(['bun', 'node'] as const)('over a relay on %s', { timeout: 60_000 }, (runtime) => {
  test('a mailbox that is full fills and is emptied, and nothing is left behind', async () => {
    await using stage = await SdkStage.open(runtime, ['--oblivious-max-blobs', '5'])
    const [ann, bob] = [await stage.person('ann'), await stage.person('bob')]
    const [toBob, toAnn] = await meet(ann, bob)
    await bob.close()
    const texts = Array.from({ length: 23 }, (_, i) => `m${i + 1}`)
    for (const text of texts) await ann.messenger.send(toBob, text)
    const full = await ann.until('a full mailbox', async () =>
      (await ann.messages(toBob)).find(({ reason }) => reason === 'mailbox-full'),
    )
    expect(full.status).toBe('queued')
    const accepted = (await ann.messages(toBob)).filter(({ status }) => status === 'accepted')
    expect(accepted.length).toBeLessThanOrEqual(5)
    await bob.open()
    // A full mailbox is asked again after a minute. Ann is impatient.
    const impatience = setInterval(() => ann.messenger.nudge(), 200)
    expect(await bob.hear(toAnn, texts.length)).toEqual(texts)
    clearInterval(impatience)
    await ann.sent(toBob, ({ status, reason }) => status !== 'queued' && reason === undefined)
    expect([ann.failures, bob.failures]).toEqual([[], []])
  })

  test('sessions that are gone on one side are made anew, and what was lost is said again', async () => {
    await using stage = await SdkStage.open(runtime)
    const [ann, bob] = [await stage.person('ann'), await stage.person('bob')]
    const [toBob, toAnn] = await meet(ann, bob)
    await ann.messenger.send(toBob, '1')
    await bob.hear(toAnn, 1)
    await bob.messenger.send(toAnn, 'ok')
    await ann.hear(toBob, 1)
    await bob.close()
    await ann.messenger.send(toBob, '2')
    await ann.messenger.send(toBob, '3')
    await bob.open(undefined, { isOffline: true })
    await loseSessions(bob)
    await bob.reopen()
    await bob.until('everything', async () => {
      const read = await bob.read(toAnn)
      return (read.length === 3 && !read.includes('lost')) || undefined
    })
    expect(await bob.read(toAnn)).toEqual(['1', '2', '3'])
    await Promise.all([ann.messenger.send(toBob, '4'), bob.messenger.send(toAnn, '5')])
    expect(await bob.hear(toAnn, 4)).toEqual(['1', '2', '3', '4'])
    expect(await ann.hear(toBob, 2)).toEqual(['ok', '5'])
    expect([ann.failures, bob.failures]).toEqual([[], []])
  })
})

async function loseSessions({ records }: SdkPerson): Promise<void> {
  const rows = await records.list('session', { limit: 1000 })
  expect(rows.length).toBeGreaterThan(0)
  await records.write(rows.map(({ id }) => ({ kind: 'delete', collection: 'session', id })))
}
