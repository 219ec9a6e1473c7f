/**
 * @module The sdk's way to a relay, with real ones: messages that are sealed, carried by a forwarder in a process of its
 * own, and read over a socket that is kept while the relay ends, is killed and comes back.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPrimitives } from '@sotto/primitives/provider'
import {
  addressOfReadingKey,
  createObliviousRelay,
  type HttpRequest,
  isSottoError,
  type LiveEnvelope,
  type LiveHandlers,
  LiveRelay,
  type LiveState,
  type Network,
  type ObliviousRelay,
  relayOrigin,
  type RelayOrigin,
} from '@sotto/sdk'
import { webClock, webNetwork, webRandomness } from '@sotto/sdk/adapters/web'
import { Child } from '#child.ts'
import {
  freePort,
  freePorts,
  RelayProcess,
  runtimePath,
  type Runtime,
  temporaryDirectory,
} from '#relay-process.ts'

const primitives = await openPrimitives()
const relayEntry = fileURLToPath(new URL('../../server/src/main.ts', import.meta.url))
const draw = (length: number): Uint8Array => new Uint8Array(randomBytes(length))
const patience = (): AbortSignal => AbortSignal.timeout(20_000)

interface Started extends AsyncDisposable {
  readonly origin: RelayOrigin
  readonly start: () => Promise<void>
  readonly stop: (signal: 'SIGTERM' | 'SIGKILL') => Promise<void>
}

/** A relay that keeps its port and its data over restarts. */
async function startRelay(runtime: Runtime, flags: readonly string[] = []): Promise<Started> {
  const stack = new AsyncDisposableStack()
  const directory = stack.use(await temporaryDirectory('sdk-relay'))
  const ports = await freePorts()
  const options = { runtime, dataDirectory: directory.path, ...ports, arguments: flags }
  let running: RelayProcess | undefined
  stack.defer(async () => await running?.[Symbol.asyncDispose]())
  const start = async (): Promise<void> => {
    running = await RelayProcess.start(options, AbortSignal.timeout(30_000))
  }
  await start()
  return {
    origin: originOf(`http://127.0.0.1:${ports.port}`),
    start,
    stop: async (signal) => void (await running?.stop(signal)),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

function originOf(text: string): RelayOrigin {
  const origin = relayOrigin(text)
  if (origin === undefined) throw new TypeError(`Not a relay: ${text}`)
  return origin
}

interface Asked {
  readonly forwarder?: RelayOrigin
  readonly mode?: 'sealed' | 'direct'
  readonly network?: Network
}

function ask(relay: RelayOrigin, asked: Asked = {}): ObliviousRelay {
  const { forwarder, mode = 'sealed', network = webNetwork() } = asked
  const parts = { network, clock: webClock, randomness: webRandomness, primitives }
  return createObliviousRelay({ ...parts, relay, forwarder, mode })
}

class Reader implements AsyncDisposable {
  readonly identity: Uint8Array
  readonly envelopes: LiveEnvelope[] = []
  readonly events: (readonly [string, ...unknown[]])[] = []
  readonly states: LiveState[] = []
  readonly live: LiveRelay

  constructor(relay: RelayOrigin) {
    const seed = draw(32)
    this.identity = primitives.ed25519PublicKey(seed)
    const note =
      (name: string) =>
      (...what: readonly unknown[]): void =>
        void this.events.push([name, ...what])
    const handlers: LiveHandlers = {
      state: (state) => this.states.push(state),
      envelope: (envelope) => this.envelopes.push(envelope),
      keysLow: note('keysLow'),
      channelMessage: note('channelMessage'),
      channelRecord: note('channelRecord'),
      memberJoined: note('memberJoined'),
      memberLeft: note('memberLeft'),
      banned: note('banned'),
    }
    this.live = LiveRelay.open({
      network: webNetwork(),
      clock: webClock,
      randomness: webRandomness,
      primitives,
      relay,
      login: {
        identity: this.identity,
        device: 1,
        sign: (message) => primitives.signEd25519(seed, message),
      },
      handlers,
    })
  }

  async online(): Promise<void> {
    await until(() => this.live.state === 'online')
  }

  async received(count: number): Promise<readonly string[]> {
    await until(() => this.envelopes.length >= count)
    return this.envelopes.map(({ payload }) => textOf(payload))
  }

  acknowledgeAll(): void {
    for (const { address, id } of this.envelopes.splice(0)) this.live.acknowledge(address, [id])
  }

  async heard(name: string): Promise<readonly unknown[]> {
    await until(() => this.events.some(([each]) => each === name))
    return this.events.find(([each]) => each === name)?.slice(1) ?? []
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.live.close()
  }
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('Waited in vain')
    await sleep(5)
  }
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    return `resolved to ${JSON.stringify(await promise)}`
  } catch (error) {
    return isSottoError(error) ? error.code : String(error)
  }
}

describe.each([
  ['bun', 'node'],
  ['node', 'bun'],
] as const)('a relay on %s behind a forwarder on %s', (runtime, forwarderRuntime) => {
  const stack = new AsyncDisposableStack()
  let relay: Started
  let forwarder: RelayOrigin

  beforeAll(async () => {
    relay = stack.use(await startRelay(runtime, ['--live-chat-burst', '100']))
    const port = await freePort()
    forwarder = originOf(`http://127.0.0.1:${port}`)
    const child = stack.use(
      await Child.start({
        command: runtimePath(forwarderRuntime),
        arguments: [
          ...[relayEntry, 'forward', '--gateway', relay.origin],
          ...['--listen', `127.0.0.1:${port}`],
        ],
      }),
    )
    await untilHealthy(forwarder, child)
  })
  afterAll(async () => await stack.disposeAsync())

  test('a sealed message reaches who watches, and goes when it is acknowledged', async () => {
    const [key, sender] = [draw(32), ask(relay.origin, { forwarder })]
    const address = addressOfReadingKey(primitives, key)
    await using reader = new Reader(relay.origin)
    reader.live.watch([key])
    await reader.online()
    for (const text of ['one', 'two']) {
      expect(await sender.send(address, bytesOf(text), patience())).toEqual({ kind: 'accepted' })
    }
    expect(await reader.received(2)).toEqual(['one', 'two'])
    expect(reader.envelopes.map((each) => each.address)).toEqual([address, address])
    reader.acknowledgeAll()
    // The relay has done that when it has answered this.
    await sleep(200)
    await reader.live.keyCounts(patience())
    reader.live.unwatch([key])
    reader.live.watch([key])
    await sender.send(address, bytesOf('three'), patience())
    expect(await reader.received(1)).toEqual(['three'])
  })

  test('a message of every size that a forwarder carries arrives, and a larger one is too large', async () => {
    const key = draw(32)
    const address = addressOfReadingKey(primitives, key)
    const [carried, direct] = [ask(relay.origin, { forwarder }), ask(relay.origin)]
    await using reader = new Reader(relay.origin)
    reader.live.watch([key])
    for (let bucket = 512; bucket <= 32_768; bucket *= 2) {
      const sent = await carried.send(address, draw(bucket), patience())
      expect([bucket, sent.kind]).toEqual([bucket, 'accepted'])
    }
    const large = draw(65_536)
    expect(await carried.send(address, large, patience())).toEqual({ kind: 'too-large' })
    expect(await direct.send(address, large, patience())).toEqual({ kind: 'accepted' })
    expect(await direct.send(address, draw(131_072), patience())).toEqual({ kind: 'too-large' })
    await reader.received(8)
    expect(reader.envelopes.map(({ payload }) => payload.length)).toEqual([
      512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536,
    ])
    expect(reader.envelopes[7]?.payload).toEqual(large)
  })

  test('keys are published over the socket and fetched without a face', async () => {
    const asker = ask(relay.origin, { forwarder })
    await using reader = new Reader(relay.origin)
    await reader.online()
    expect(await asker.fetchKeys(reader.identity, patience())).toEqual({ kind: 'no-keys' })
    const [bundle, oneTime, kemOneTime] = [draw(3000), draw(100), draw(1700)]
    const counts = await reader.live.publishKeys(
      { bundle, oneTime: [oneTime], kemOneTime: [kemOneTime], replace: true },
      patience(),
    )
    expect(counts).toEqual({ oneTime: 1, kemOneTime: 1 })
    const devices = draw(300)
    await reader.live.publishDevices(devices, patience())
    const found = { kind: 'found', device: 1, bundle, metered: false, devices }
    expect(await asker.fetchKeys(reader.identity, patience())).toEqual({
      ...found,
      oneTime,
      kemOneTime,
    })
    expect(await asker.fetchKeys(reader.identity, patience())).toMatchObject({
      ...found,
      oneTime: undefined,
      kemOneTime: undefined,
    })
    expect(await reader.live.keyCounts(patience())).toEqual({ oneTime: 0, kemOneTime: 0 })
    expect(await reader.heard('keysLow')).toMatchObject([{ oneTime: 0, kemOneTime: 0 }])
    expect(await ask(relay.origin, { mode: 'direct' }).fetchKeys(draw(32), patience())).toEqual({
      kind: 'no-keys',
    })
  })

  test('pieces of attachments go and come, and an exchange is made', async () => {
    const [one, other] = [ask(relay.origin, { forwarder }), ask(relay.origin)]
    await one.health(patience())
    const piece = draw(60 * 1024)
    const put = await one.putPiece(piece, patience())
    if (put.kind !== 'stored') throw new Error(`Not stored: ${put.kind}`)
    expect(put.expiresAtMillis).toBeGreaterThan(Date.now())
    expect(await other.getPiece(put.id, patience())).toEqual({ kind: 'found', bytes: piece })
    const unknown = '00000000-0000-4000-8000-000000000000'
    expect(await other.getPiece(unknown, patience())).toEqual({ kind: 'not-found' })

    const { code, completionToken } = await one.offer(bytesOf('offer'), 60, patience())
    expect(await one.complete(code, completionToken, patience())).toEqual({ kind: 'not-claimed' })
    expect(await other.claim(code, bytesOf('answer'), patience())).toEqual({
      kind: 'claimed',
      payload: bytesOf('offer'),
    })
    expect(await other.claim(code, bytesOf('answer'), patience())).toEqual({ kind: 'wrong-code' })
    expect(await one.complete(code, completionToken, patience())).toEqual({
      kind: 'completed',
      response: bytesOf('answer'),
    })
  })

  test('a channel is made, joined by invitation, spoken in, written down and left', async () => {
    await using owner = new Reader(relay.origin)
    await using guest = new Reader(relay.origin)
    await Promise.all([owner.online(), guest.online()])
    const [channel, { live }] = [draw(32), owner]
    expect(await live.createChannel(channel, draw(8), patience())).toBe('created')
    expect(await live.createChannel(channel, draw(8), patience())).toBe('exists')
    const first = await live.appendRecord(channel, bytesOf('r1'), 0, patience())
    expect(first).toEqual({ kind: 'appended', number: 1 })

    expect(await codeOf(guest.live.joinChannel(channel, undefined, patience()))).toBe('not-allowed')
    const invite = await live.createInvite(channel, { maxUses: 1, ttlSeconds: 60 }, patience())
    expect(invite.maxUses).toBe(1)
    await guest.live.joinChannel(channel, invite.token, patience())
    expect(await owner.heard('memberJoined')).toEqual([channel, guest.identity])
    expect(await live.getMembers(channel, patience())).toMatchObject([
      { identity: owner.identity, role: 'owner' },
      { identity: guest.identity, role: 'member' },
    ])

    const clientId = draw(16)
    const posted = await live.postToChannel(channel, bytesOf('hello'), clientId, patience())
    expect(await live.postToChannel(channel, bytesOf('hello'), clientId, patience())).toEqual(
      posted,
    )
    const message = { ...posted, sender: owner.identity, payload: bytesOf('hello') }
    expect(await guest.heard('channelMessage')).toEqual([channel, message])
    expect(await guest.live.getHistory(channel, 0, 10, patience())).toEqual({
      messages: [message],
      nextAfterId: posted.id,
      hasMore: false,
    })

    const second = await live.appendRecord(channel, bytesOf('r2'), 1, patience())
    expect(second).toEqual({ kind: 'appended', number: 2 })
    expect(await guest.heard('channelRecord')).toEqual([
      channel,
      { number: 2, record: bytesOf('r2') },
    ])
    expect(await guest.live.appendRecord(channel, bytesOf('r3'), 1, patience())).toEqual({
      kind: 'conflict',
    })
    expect(await guest.live.getRecords(channel, 0, patience())).toEqual({
      records: [
        { number: 1, record: bytesOf('r1') },
        { number: 2, record: bytesOf('r2') },
      ],
      hasMore: false,
    })

    await live.banUser(channel, guest.identity, patience(), 'enough')
    expect(await guest.heard('banned')).toEqual([channel, 'enough'])
    expect(await owner.heard('memberLeft')).toEqual([channel, guest.identity])
    const late = guest.live.postToChannel(channel, bytesOf('late'), draw(16), patience())
    expect(await codeOf(late)).toBe('not-a-member')
    await live.unbanUser(channel, guest.identity, patience())
    await live.leaveChannel(channel, patience())
  })

  test('nothing is lost while the relay ends, is killed and comes back', async () => {
    const keys = Array.from({ length: 600 }, () => draw(32))
    const addresses = keys.map((key) => addressOfReadingKey(primitives, key))
    const sender = ask(relay.origin, { forwarder })
    const sent: string[] = []
    const send = async (text: string): Promise<void> => {
      // From one end of the list to the other: what is watched in one message, and in others.
      const at = (sent.length * 211) % addresses.length
      const address = addresses[at] ?? draw(32)
      expect(await sender.send(address, bytesOf(text), patience())).toEqual({ kind: 'accepted' })
      sent.push(text)
    }
    await using reader = new Reader(relay.origin)
    reader.live.watch(keys)
    await reader.online()
    for (let i = 0; i < 10; i++) await send(`before ${i}`)
    await reader.received(10)
    // Half of them are done with; the rest comes again.
    for (const { address, id } of reader.envelopes.splice(0, 5)) {
      reader.live.acknowledge(address, [id])
    }
    await sleep(300)
    await reader.live.keyCounts(patience())

    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const before = reader.envelopes.length
      reader.envelopes.length = 0
      await relay.stop(signal)
      await until(() => reader.live.state !== 'online')
      expect(await codeOf(reader.live.keyCounts(patience()))).toBe('offline')
      expect(await codeOf(sender.send(addresses[0] ?? draw(32), draw(10), patience()))).toBe(
        'offline',
      )
      await relay.start()
      // Nobody watches yet: it waits.
      await send(`after ${signal}`)
      reader.live.nudge()
      await reader.online()
      await send(`again after ${signal}`)
      await reader.received(before + 2)
    }
    await sleep(200)
    const texts = reader.envelopes.map(({ payload }) => textOf(payload))
    expect(new Set(texts)).toEqual(new Set(sent.slice(5)))
    expect(texts).toHaveLength(sent.length - 5)
    reader.acknowledgeAll()
    expect(reader.states.filter((state) => state === 'online')).toHaveLength(3)
  })
})

describe.each(['bun', 'node'] as const)('a relay on %s', (runtime) => {
  test('that has changed its key gets the request sealed anew', async () => {
    await using relay = await startRelay(runtime, ['--ohttp-key-rotation-secs', '1'])
    const requests: HttpRequest[] = []
    const web = webNetwork()
    const network: Network = {
      connect: web.connect,
      async fetch(request, maxBytes, signal) {
        requests.push(request)
        const response = await web.fetch(request, maxBytes, signal)
        // As a cache between would that keeps the key for too long.
        const headers = { ...response.headers, 'cache-control': 'max-age=300' }
        return { ...response, headers }
      },
    }
    const sender = ask(relay.origin, { network })
    await sender.prepare(patience())
    await sleep(3100)
    expect(await sender.send(draw(32), draw(512), patience())).toEqual({ kind: 'accepted' })
    expect(requests.map(({ url }) => new URL(url).pathname)).toEqual([
      '/v2/ohttp-key',
      '/v2/ohttp',
      '/v2/ohttp-key',
      '/v2/ohttp',
    ])
  })

  test('whose gateway is switched off says so, and takes messages directly when that is chosen', async () => {
    await using relay = await startRelay(runtime, ['--ohttp-enabled=false'])
    const sealed = ask(relay.origin)
    const refused = await sealed
      .send(draw(32), draw(512), patience())
      .catch((error: unknown) => error)
    expect(refused).toMatchObject({
      code: 'relay-refused',
      message: 'This relay has no gateway for sealed requests',
    })
    const direct = ask(relay.origin, { mode: 'direct' })
    const key = draw(32)
    const address = addressOfReadingKey(primitives, key)
    expect(await direct.send(address, bytesOf('clear'), patience())).toEqual({ kind: 'accepted' })
    expect(await codeOf(direct.putPiece(draw(10), patience()))).toBe('relay-refused')
    await using reader = new Reader(relay.origin)
    reader.live.watch([key])
    expect(await reader.received(1)).toEqual(['clear'])
  })

  test('says when a mailbox is full, and when too many come', async () => {
    await using relay = await startRelay(runtime, [
      ...['--oblivious-max-blobs', '2'],
      ...['--oblivious-per-minute', '4'],
    ])
    const sender = ask(relay.origin)
    const address = draw(32)
    const outcomes: string[] = []
    for (let i = 0; i < 5; i++) {
      outcomes.push(
        await sender.send(address, draw(512), patience()).then(
          ({ kind }) => kind,
          (error: unknown) => (isSottoError(error) ? error.code : 'another error'),
        ),
      )
    }
    expect(outcomes).toEqual(['accepted', 'accepted', 'mailbox-full', 'mailbox-full', 'relay-busy'])
  })
})

async function untilHealthy(origin: string, child: Child): Promise<void> {
  const deadline = performance.now() + 30_000
  while (child.isRunning && performance.now() < deadline) {
    try {
      if ((await fetch(`${origin}/health`)).status === 200) return
    } catch {
      // Not listening yet.
    }
    await sleep(10)
  }
  throw new Error(`Cannot start forwarder\n${child.output()}`)
}
