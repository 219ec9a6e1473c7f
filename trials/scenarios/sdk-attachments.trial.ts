/**
 * @module A file of 10 MB through a forwarder and a gateway, with all limits as they come: the sender is killed in the
 * middle and goes on, the relay is killed in the middle and comes back. And how fast it is without limits.
 */
import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { argon2id } from '@sotto/primitives/argon2'
import { openPrimitives } from '@sotto/primitives/provider'
import { createProfile, type Message, type Messenger, openMessenger } from '@sotto/sdk'
import { webClock, webNetwork, webRandomness } from '@sotto/sdk/adapters/web'
import { openMemoryShelf } from '@sotto/sdk/storage/memory'
import { Child } from '#child.ts'
import {
  freePort,
  freePorts,
  RelayProcess,
  type Runtime,
  runtimePath,
  temporaryDirectory,
} from '#relay-process.ts'

const relayEntry = fileURLToPath(new URL('../../server/src/main.ts', import.meta.url))
const senderEntry = fileURLToPath(new URL('./sdk-attachment-sender.ts', import.meta.url))
const primitives = await openPrimitives()
const size = 10_000_000

const open = [
  ...['--ohttp-per-second', '100000', '--ohttp-burst', '100000'],
  ...['--anonymous-attachments-per-second', '100000', '--rate-limit-per-second', '100000'],
]

interface Place extends AsyncDisposable {
  readonly url: string
  readonly forwarder: string
  readonly directory: string
  start(): Promise<void>
  kill(): Promise<void>
}

/** A relay, and a forwarder beside it. */
async function openPlace(runtime: Runtime, isOpen: boolean): Promise<Place> {
  const stack = new AsyncDisposableStack()
  const { path } = stack.use(await temporaryDirectory('sdk-attachments'))
  const ports = await freePorts()
  const flags = isOpen ? open : []
  let relay: RelayProcess | undefined
  stack.defer(async () => await relay?.[Symbol.asyncDispose]())
  const start = async (): Promise<void> => {
    const options = { runtime, dataDirectory: join(path, 'relay'), ...ports, arguments: flags }
    relay = await RelayProcess.start(options, AbortSignal.timeout(30_000))
  }
  await start()
  const url = `http://127.0.0.1:${ports.port}`
  const port = await freePort()
  const forwarder = `http://127.0.0.1:${port}`
  const unlimited = isOpen ? ['--rate-limit-per-second', '0'] : []
  const child = stack.use(
    await Child.start({
      command: runtimePath(runtime),
      arguments: [
        ...[relayEntry, 'forward', '--gateway', url, '--listen', `127.0.0.1:${port}`],
        ...unlimited,
      ],
    }),
  )
  await until(async () => child.isRunning && (await fetch(`${forwarder}/health`)).ok)
  const kill = async (): Promise<void> => void (await relay?.stop('SIGKILL'))
  const dispose = (): Promise<void> => stack.disposeAsync()
  return { url, forwarder, directory: path, start, kill, [Symbol.asyncDispose]: dispose }
}

async function until(holds: () => Promise<boolean>, millis = 60_000): Promise<void> {
  const deadline = performance.now() + millis
  while (!(await holds().catch(() => false))) {
    if (performance.now() > deadline) throw new Error('Waited in vain')
    await sleep(20)
  }
}

async function openPerson(
  stack: AsyncDisposableStack,
  { url: relay, forwarder }: Place,
  name: string,
): Promise<Messenger> {
  const deps = { primitives, argon2id, random: webRandomness, clock: webClock }
  const passphrase = 'correct horse battery staple'
  const created = await createProfile(deps, openMemoryShelf(), { name, passphrase })
  const profile = stack.use(created.profile)
  const network = webNetwork()
  return stack.use(
    await openMessenger({ ...deps, profile, network, settings: { relay, forwarder, name } }),
  )
}

async function fileFrom(person: Messenger): Promise<Message> {
  let found: Message | undefined
  await until(async () => {
    const [contact] = await person.contacts()
    const messages = contact === undefined ? [] : await person.history(contact.id)
    found = messages.findLast(({ attachments }) => attachments !== undefined)
    return found !== undefined
  })
  if (found === undefined) throw new Error('Nothing came')
  return found
}

async function fetched(person: Messenger, message: Message): Promise<Buffer> {
  const [pointer] = message.attachments ?? []
  if (pointer === undefined) throw new Error('No file')
  return Buffer.concat(await Array.fromAsync(person.fetchAttachment(pointer)))
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

describe.each(['bun', 'node'] as const)('a file of 10 MB, everything on %s', (runtime) => {
  const stack = new AsyncDisposableStack()
  let place: Place
  let bob: Messenger
  let path = ''
  let content: Buffer

  beforeAll(async () => {
    place = stack.use(await openPlace(runtime, false))
    bob = await openPerson(stack, place, 'bob')
    content = randomBytes(size)
    path = join(place.directory, 'holiday.zip')
    writeFileSync(path, content)
  })
  afterAll(async () => await stack.disposeAsync())

  function sender(onLine: (line: string) => void, ...link: readonly string[]): Promise<Child> {
    const home = join(place.directory, 'alice')
    return Child.start({
      command: runtimePath(runtime),
      arguments: [senderEntry, home, place.url, place.forwarder, path, ...link],
      onLine,
    })
  }

  test('comes whole though its sender was killed in the middle', { timeout: 180_000 }, async () => {
    const { link } = await bob.invite()
    let sentBytes = 0
    {
      await using killed = await sender((line) => (sentBytes = Number(line)), link)
      await until(async () => {
        if (!killed.isRunning) throw new Error(killed.output())
        return sentBytes > 0.4 * size
      })
      await killed.stop('SIGKILL')
    }
    expect(sentBytes).toBeLessThan(size)
    const before = piecesOf(place)
    const steps: number[] = []
    await using resumed = await sender((line) => void steps.push(Number(line)))
    const stopped = await resumed.stopped()
    expect([stopped.code, resumed.output()]).toEqual([0, ''])
    expect(steps.at(-1)).toBe(size)
    const message = await fileFrom(bob)
    expect(message.body).toBe('Here it is')
    expect(message.attachments?.[0]).toMatchObject({ name: 'holiday.zip', size, depth: 1 })
    expect(hashOf(await fetched(bob, message))).toBe(hashOf(content))
    // What was on its way went twice, and nothing else; one is the list.
    const [pieces, most] = [piecesOf(place), Math.ceil((size * 1.12) / 61_424) + 1]
    expect(before).toBeGreaterThan((0.4 * size) / 61_440)
    expect(pieces).toBeGreaterThan(size / 61_440)
    expect(pieces).toBeLessThanOrEqual(most + 8)
  })

  test('comes whole though the relay was killed in the middle', { timeout: 180_000 }, async () => {
    const alice = await openPerson(stack, place, 'alice')
    const carol = await openPerson(stack, place, 'carol')
    const { id } = await alice.acceptInvitation((await carol.invite()).link)
    let isKilled = false
    const progress = ({ sentBytes }: { readonly sentBytes: number }): void => {
      if (isKilled || sentBytes < 0.4 * size) return
      isKilled = true
      void place.kill().then(() => place.start())
    }
    const source = {
      size,
      read: async (at: number, length: number) => content.subarray(at, at + length),
    }
    await alice.attach(id, { source, mediaType: 'application/zip' }, { progress })
    expect(isKilled).toBe(true)
    expect(hashOf(await fetched(carol, await fileFrom(carol)))).toBe(hashOf(content))
  })

  test('is in none of the files of the relay, nor is its name', () => {
    const part = content.subarray(5_000_000, 5_000_032).toString('latin1')
    for (const file of filesOf(place)) {
      const text = readFileSync(file, 'latin1')
      expect([file, text.includes(part), text.includes('holiday')]).toEqual([file, false, false])
    }
  })
})

test.each(['bun', 'node'] as const)(
  'how fast it is through a relay on %s',
  { timeout: 180_000 },
  async (runtime) => {
    await using stack = new AsyncDisposableStack()
    const place = stack.use(await openPlace(runtime, true))
    const [alice, bob] = [
      await openPerson(stack, place, 'alice'),
      await openPerson(stack, place, 'bob'),
    ]
    const { id } = await alice.acceptInvitation((await bob.invite()).link)
    const content = randomBytes(size)
    const source = {
      size: content.length,
      read: async (at: number, length: number) => content.subarray(at, at + length),
    }
    const began = performance.now()
    await alice.attach(id, { source, mediaType: 'application/zip' })
    const sent = performance.now()
    const message = await fileFrom(bob)
    const came = performance.now()
    expect(hashOf(await fetched(bob, message))).toBe(hashOf(content))
    const speed = (millis: number): string => (content.length / 1000 / millis).toFixed(1)
    const up = speed(sent - began)
    const down = speed(performance.now() - came)
    console.log(`${runtime}: up ${up} MB/s, down ${down} MB/s, through a forwarder, on loopback`)
  },
)

function filesOf({ directory }: Place): readonly string[] {
  return readdirSync(join(directory, 'relay'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

/** Each lies in a file of its own. */
function piecesOf(place: Place): number {
  const folder = join(place.directory, 'relay', 'attachments')
  return filesOf(place).filter((path) => path.startsWith(folder)).length
}
