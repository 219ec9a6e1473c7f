/**
 * @module The examples of the sdk, each as the program that its reader starts: on Bun and on Node, over a relay with the
 * limits that it has by itself.
 */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { argon2id } from '@sotto/primitives/argon2'
import { openPrimitives } from '@sotto/primitives/provider'
import { createProfile, type Message, type Messenger, openMessenger } from '@sotto/sdk'
import { webClock, webNetwork, webRandomness } from '@sotto/sdk/adapters/web'
import { openMemoryShelf } from '@sotto/sdk/storage/memory'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Child } from '#child.ts'
import {
  freePorts,
  RelayProcess,
  type Runtime,
  runtimePath,
  temporaryDirectory,
} from '#relay-process.ts'

const primitives = await openPrimitives()
const exampleOf = (name: string): string =>
  fileURLToPath(new URL(`../../sdk/examples/${name}.ts`, import.meta.url))

describe.each(['bun', 'node'] as const)('on %s', { timeout: 60_000 }, (runtime) => {
  const stack = new AsyncDisposableStack()
  let directory: string
  let relay: string

  beforeAll(async () => {
    const { path } = stack.use(await temporaryDirectory('sdk-examples'))
    directory = path
    const options = { runtime, dataDirectory: join(path, 'relay'), ...(await freePorts()) }
    stack.use(await RelayProcess.start(options, AbortSignal.timeout(30_000)))
    relay = `http://127.0.0.1:${options.port}`
  })
  afterAll(() => stack.disposeAsync())

  test.each([
    [
      'two-people',
      ['Ann reads: Hello Ann', 'Bob reads: Hello Bob', 'The same number on both screens'],
    ],
    [
      'attachment',
      ['Ann has sent 145000 bytes', 'Bob reads: Read this, and has lisbon.txt, whole'],
    ],
    [
      'backup',
      [
        'The backup can be read; contacts in it: 1',
        'Ann finds: Remember the river?',
        'Ann reads: I do',
        'Bob reads: So do I',
      ],
    ],
  ])('%s says what its reader expects, and ends', async (name, expected) => {
    const lines: string[] = []
    await using child = await start(runtime, (line) => lines.push(line), name, relay)
    expect([await child.stopped(), child.output()]).toEqual([{ code: 0, signal: null }, ''])
    expect(lines).toEqual(expected)
  })

  test('the bot answers whoever has its invitation, and goes on after it was killed', async () => {
    const links = lineQueue()
    const folder = join(directory, 'bot')
    const bot = (): Promise<Child> =>
      start(runtime, (line) => links.push(line), 'bot', relay, folder)
    const first = stack.use(await bot())
    const [ann, bob] = [await person('ann'), await person('bob')]

    const atAnn = await ann.acceptInvitation(await links.next())
    const one = await ann.send(atAnn.id, 'One')
    expect(await heard(ann, atAnn.id, 1)).toMatchObject([{ body: 'You said: One' }])
    const atBob = await bob.acceptInvitation(await links.next())
    await bob.send(atBob.id, 'Two')
    expect(await heard(bob, atBob.id, 1)).toMatchObject([{ body: 'You said: Two' }])

    await first.stop('SIGKILL')
    const three = await ann.send(atAnn.id, 'Three')
    stack.use(await bot())
    expect(await heard(ann, atAnn.id, 2)).toMatchObject([
      { body: 'You said: One', replyTo: one.id },
      { body: 'You said: Three', replyTo: three.id },
    ])
    expect(failures).toEqual([])
  })

  const failures: unknown[] = []

  async function person(name: string): Promise<Messenger> {
    const deps = { primitives, argon2id, random: webRandomness, clock: webClock }
    const passphrase = 'correct horse battery staple'
    const created = await createProfile(deps, openMemoryShelf(), { name, passphrase })
    const profile = stack.use(created.profile)
    const ports = { ...deps, network: webNetwork() }
    const failed = (error: unknown): void => void failures.push(error)
    return stack.use(await openMessenger({ ...ports, profile, settings: { relay, name }, failed }))
  }
})

/** What the other side has said, as soon as it is so much. */
async function heard(
  messenger: Messenger,
  conversation: string,
  count: number,
): Promise<readonly Message[]> {
  const deadline = performance.now() + 40_000
  for (;;) {
    const all = await messenger.history(conversation)
    const theirs = all.filter(({ isOwn, kind }) => !isOwn && kind === 'text')
    if (theirs.length >= count || performance.now() > deadline) return theirs
    await sleep(20)
  }
}

function start(
  runtime: Runtime,
  onLine: (line: string) => void,
  name: string,
  ...parameters: readonly string[]
): Promise<Child> {
  const entry = exampleOf(name)
  return Child.start({
    command: runtimePath(runtime),
    arguments: [entry, ...parameters],
    environment: { NODE_NO_WARNINGS: '1' },
    onLine,
  })
}

/** Lines that were printed, each handed out once. */
function lineQueue(): { push(line: string): void; next(): Promise<string> } {
  const waiting: string[] = []
  let wake = (): void => {}
  return {
    push(line) {
      waiting.push(line)
      wake()
    },
    async next() {
      for (;;) {
        const line = waiting.shift()
        if (line !== undefined) return line
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}
