import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { verifyEd25519 } from '@sotto/primitives/node'
import type { EnvelopeId } from '@sotto/wire'
import { readDown, writeUp, type DownMessage, type UpMessage } from '@sotto/wire/live'
import { openLocalBus } from '#bus/local.ts'
import { deposit } from '#relay/mailboxes/deposit.ts'
import { openMemoryStore } from '#store/memory/open.ts'
import { StoreError } from '#store/store.ts'
import { mailboxOf, parseIdentity } from '#door/mobium/address.ts'
import { loginMessage } from '#door/mobium/challenge.ts'
import { Refusal } from '#door/mobium/client.ts'
import type { LiveClient } from '#door/mobium/live-client.ts'
import { Roster } from '#door/mobium/roster.ts'
import { Session, type SessionDeps } from '#door/mobium/session.ts'

const now = 1_800_000_000_000
const policy = {
  maxEnvelopes: 100,
  maxBytes: 1 << 24,
  whenFull: 'refuse',
  ttlMillis: 1000,
} as const

class Person {
  readonly #key: KeyObject
  readonly pubkey: Uint8Array

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    this.#key = privateKey
    this.pubkey = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  }

  auth(nonce: Uint8Array, more: Partial<Extract<UpMessage, { type: 'auth' }>> = {}): UpMessage {
    const signature = sign(null, loginMessage(nonce), this.#key)
    return { type: 'auth', pubkey: this.pubkey, signature, ...more }
  }
}

function world(changes: Partial<SessionDeps> = {}) {
  const store = openMemoryStore()
  const bus = openLocalBus()
  const clock = { now: () => now }
  const seen: string[] = []
  const deps: SessionDeps = {
    mailboxes: store.mailboxes,
    identities: store.identities,
    bus,
    clock,
    follow: { maxEnvelopes: 10, maxBytes: 1 << 20 },
    acknowledge: { batchSize: 1, flushMillis: 1 },
    handlers: {},
    relayFrame: (_client, frame) => void seen.push(frame.kind),
    roster: new Roster<LiveClient>(),
    watchers: [],
    verify: verifyEd25519,
    randomness: { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) },
    limits: {
      message: () => true,
      bytes: () => true,
      bytesOfAddress: () => true,
      chat: () => true,
      ofAddress: () => true,
      login: () => true,
      chatIntervalMillis: 300,
    },
    authTimeoutMillis: 60_000,
    onError: (error) => void seen.push(String(error)),
    events: {
      acknowledged() {},
      delivered() {},
      recordsDamaged() {},
      liveRefused: (reason) => void seen.push(reason),
      loginTried: (outcome) => void seen.push(`login ${outcome}`),
      rateLimited() {},
      readerPaused() {},
      storeFailed: (code) => void seen.push(code),
    },
    ...changes,
  }
  const letter = (
    to: Uint8Array,
    text: string,
    id = crypto.getRandomValues(new Uint8Array(16)),
  ) => {
    const identity = parseIdentity(to)
    if (identity === undefined) throw new TypeError('No identity')
    return deposit(
      { mailboxes: store.mailboxes, bus, clock },
      {
        mailbox: mailboxOf(identity, 1),
        id: id as EnvelopeId,
        idMayRepeat: false,
        kind: 1,
        sender: new Uint8Array(32),
        body: new TextEncoder().encode(text),
      },
      policy,
    )
  }
  return { deps, store, seen, letter }
}

const open: Connection[] = []
afterEach(() => {
  for (const connection of open.splice(0)) connection.session.onClose(1006)
})

class Connection {
  readonly session: Session
  readonly received: DownMessage[] = []
  closedWith: number | undefined
  endedFor: string | undefined
  answer: 'sent' | 'full' = 'sent'

  constructor(deps: SessionDeps) {
    const host = { ended: (_: Session, reason: string) => void (this.endedFor = reason) }
    this.session = new Session('192.0.2.1', 'array', deps, host)
    const take = (frame: Uint8Array): void => {
      const read = readDown(frame)
      if (read.kind === 'message') this.received.push(read.message)
    }
    open.push(this)
    this.session.onOpen({
      send: (frame) => {
        take(frame)
        return this.answer
      },
      sendMany: (frames) => {
        frames.forEach(take)
        return this.answer
      },
      ping() {},
      close: (code) => void (this.closedWith = code),
      terminate: () => void (this.closedWith = 1006),
    })
  }

  async nonce(): Promise<Uint8Array> {
    const challenge = await this.next('auth_challenge')
    return challenge.nonce
  }

  send(message: UpMessage): void {
    this.session.onMessage(writeUp(message, 'array'), false)
  }

  async logIn(
    person: Person,
    more: Partial<Extract<UpMessage, { type: 'auth' }>> = {},
  ): Promise<this> {
    this.send(person.auth(await this.nonce(), more))
    await this.next('auth_success')
    return this
  }

  async next<Type extends DownMessage['type']>(
    type: Type,
  ): Promise<Extract<DownMessage, { type: Type }>> {
    for (let tries = 0; tries < 100; tries++) {
      const at = this.received.findIndex((message) => message.type === type)
      const [found] = at < 0 ? [] : this.received.splice(at, 1)
      // Searched for by its type.
      if (found !== undefined) return found as Extract<DownMessage, { type: Type }>
      await turn()
    }
    throw new Error(`No ${type}; there is ${this.received.map(({ type: each }) => each).join()}`)
  }

  texts(): string[] {
    return this.received.flatMap((message) =>
      message.type === 'message' ? [new TextDecoder().decode(message.payload)] : [],
    )
  }
}

describe('Before the login', () => {
  test('a connection is challenged, each with a nonce of its own', async () => {
    const { deps } = world()
    const [one, other] = await Promise.all([
      new Connection(deps).nonce(),
      new Connection(deps).nonce(),
    ])
    expect(one).toHaveLength(32)
    expect(one).not.toEqual(other)
  })

  test('everything but ping is refused', async () => {
    const { deps, seen } = world()
    const connection = new Connection(deps)
    connection.send({ type: 'get_prekey_count' })
    expect(await connection.next('error')).toEqual({
      type: 'error',
      code: 400,
      message: 'Request failed',
    })
    connection.send({ type: 'ping' })
    await connection.next('pong')
    expect(seen).toEqual(['not-logged-in'])
  })

  test('the time for it ends the connection, and a login in time stops that clock', async () => {
    const { deps } = world({ authTimeoutMillis: 30 })
    const [late, early] = [new Connection(deps), new Connection(deps)]
    await early.logIn(new Person())
    await pause(60)
    expect(late.closedWith).toBe(1008)
    expect(late.received.map(({ type }) => type)).toEqual(['auth_challenge'])
    expect(early.closedWith).toBeUndefined()
  })

  test('a wrong signature is refused, and the next try counts', async () => {
    const { deps, seen } = world()
    const connection = new Connection(deps)
    const person = new Person()
    const nonce = await connection.nonce()
    connection.send(person.auth(new Uint8Array(32)))
    await connection.next('error')
    connection.send(
      person.auth(nonce, { x25519_pub: new Uint8Array(32), x25519_sig: new Uint8Array(64) }),
    )
    await connection.next('error')
    connection.send(person.auth(nonce))
    expect(await connection.next('auth_success')).toEqual({
      type: 'auth_success',
      offline_count: 0,
    })
    expect(seen).toEqual([
      'login refused',
      'not-logged-in',
      'login refused',
      'not-logged-in',
      'login accepted',
    ])
  })
})

describe('Messages of a client', () => {
  test('are handled one after the other, whatever each takes', async () => {
    const order: string[] = []
    const gate = Promise.withResolvers<void>()
    const { deps } = world({
      handlers: {
        get_prekey_count: async () => {
          order.push('slow begins')
          await gate.promise
          order.push('slow ends')
        },
        get_ice_config: () => void order.push('quick'),
      },
    })
    const connection = await new Connection(deps).logIn(new Person())
    connection.send({ type: 'get_prekey_count' })
    connection.send({ type: 'get_ice_config' })
    connection.send({ type: 'ping' })
    await turn()
    expect(order).toEqual(['slow begins'])
    expect(connection.received).toEqual([])
    gate.resolve()
    await connection.next('pong')
    expect(order).toEqual(['slow begins', 'slow ends', 'quick'])
  })

  test('that fail are answered, each in its own way, and the connection goes on', async () => {
    const failures = [
      () => {
        throw new Refusal('banned', { code: 'banned', message: 'You are banned from this channel' })
      },
      () => Promise.reject(new StoreError('disk-full', 'Cannot write')),
      () => {
        throw new TypeError('a fault of ours')
      },
    ]
    const { deps, seen } = world({ handlers: { get_prekey_count: () => failures.shift()?.() } })
    const connection = await new Connection(deps).logIn(new Person())
    for (let i = 0; i < 4; i++) connection.send({ type: 'get_prekey_count' })
    connection.send({ type: 'ping' })
    await connection.next('pong')
    const generic = { type: 'error', code: 400, message: 'Request failed' }
    expect(connection.received).toEqual([
      { type: 'error', code: 'banned', message: 'You are banned from this channel' },
      generic,
      generic,
    ])
    expect(seen.slice(1)).toEqual([
      'not-allowed',
      'disk-full',
      'unavailable',
      'TypeError: a fault of ours',
      'unavailable',
    ])
  })

  test('of ours are told why, and which message it was', async () => {
    const { deps } = world({
      handlers: {
        message: () => {
          throw new Refusal('unknown-recipient')
        },
      },
    })
    const connection = await new Connection(deps).logIn(new Person(), { caps: ['ack'] })
    const client_id = new Uint8Array(16).fill(7)
    connection.send({
      type: 'message',
      recipient: new Uint8Array(32),
      payload: new Uint8Array(),
      client_id,
    })
    expect(await connection.next('error')).toMatchObject({
      code: 400,
      code_str: 'unknown-recipient',
      re: client_id,
    })
  })

  test('that come far too fast end the connection at last, and pings do not', async () => {
    const { deps } = world({
      limits: { ...world().deps.limits, message: () => false },
    })
    const connection = await new Connection(deps).logIn(new Person())
    for (let i = 0; i < 2000; i++) connection.send({ type: 'ping' })
    expect(connection.closedWith).toBeUndefined()
    for (let i = 0; i < 1001; i++) connection.send({ type: 'get_prekey_count' })
    expect(connection.closedWith).toBe(1008)
  })

  test('of strangers are counted, frames of voice like all others', async () => {
    const { deps, seen } = world({
      limits: { ...world().deps.limits, message: () => false },
    })
    const connection = new Connection(deps)
    const frame = {
      type: 'voice_data',
      channel_id: new Uint8Array(32),
      audio: new Uint8Array(9),
      seq: 1,
    } as const
    for (let i = 0; i < 1001; i++) connection.send(frame)
    expect(connection.closedWith).toBe(1008)
    expect(new Set(seen)).toEqual(new Set(['rate-limited']))
  })

  test('from an address that sends too many bytes are refused before anybody looks into them', async () => {
    let allowed = true
    const { deps, seen } = world({
      limits: { ...world().deps.limits, bytesOfAddress: () => allowed },
    })
    const connection = await new Connection(deps).logIn(new Person())
    allowed = false
    connection.send({
      type: 'voice_data',
      channel_id: new Uint8Array(32),
      audio: new Uint8Array(9),
      seq: 1,
    })
    connection.session.onMessage(Uint8Array.of(0xc1), false)
    await connection.next('error')
    expect(seen).toEqual(['login accepted', 'rate-limited', 'rate-limited'])
  })

  test('that are too many bytes are refused, whatever they are', async () => {
    const lengths: number[] = []
    const { deps } = world({
      limits: {
        ...world().deps.limits,
        bytes: (_who, length) => lengths.push(length) < 3,
      },
    })
    const connection = await new Connection(deps).logIn(new Person())
    for (let i = 0; i < 3; i++) connection.send({ type: 'ping' })
    await connection.next('error')
    await connection.next('pong')
    expect(lengths.slice(1)).toEqual([11, 11, 11])
  })

  test('that pile up unhandled end it, too', async () => {
    const { deps } = world({ handlers: { get_prekey_count: () => new Promise(() => {}) } })
    const connection = await new Connection(deps).logIn(new Person())
    for (let i = 0; i < 2049; i++) connection.send({ type: 'get_prekey_count' })
    expect(connection.closedWith).toBeUndefined()
    connection.send({ type: 'get_prekey_count' })
    expect(connection.closedWith).toBe(1008)
  })

  test('that are voice go to the relay of frames, and text frames go nowhere', async () => {
    const { deps, seen } = world()
    const connection = await new Connection(deps).logIn(new Person())
    const channel_id = new Uint8Array(32)
    connection.send({ type: 'voice_data', channel_id, audio: new Uint8Array(9), seq: 1 })
    connection.session.onMessage(new TextEncoder().encode('hello'), true)
    connection.send({ type: 'ping' })
    await connection.next('pong')
    expect(seen).toEqual(['login accepted', 'voice_data'])
    expect(connection.received).toEqual([])
  })
})

describe('What waits for a device', () => {
  test('reaches an original client before its welcome, and is gone once its socket took it', async () => {
    const { deps, letter, store } = world()
    const person = new Person()
    const first = await new Connection(deps).logIn(person)
    first.session.onClose(1000)
    for (const text of ['a', 'b', 'c']) await letter(person.pubkey, text)
    const second = new Connection(deps)
    second.send(person.auth(await second.nonce()))
    expect(await second.next('auth_success')).toEqual({ type: 'auth_success', offline_count: 3 })
    expect(second.texts()).toEqual(['a', 'b', 'c'])
    expect(second.received[0]).toMatchObject({ offline: true, timestamp: now / 1000 })
    await pause(20)
    expect(store.mailboxes.count()).toBe(0)
  })

  test('stays while an original client’s socket is full, and goes when it has drained', async () => {
    const { deps, letter, store } = world()
    const person = new Person()
    const connection = await new Connection(deps).logIn(person)
    connection.answer = 'full'
    await letter(person.pubkey, 'a')
    await letter(person.pubkey, 'b')
    await pause(20)
    expect(connection.texts()).toEqual(['a'])
    expect(store.mailboxes.count()).toBe(2)
    connection.answer = 'sent'
    connection.session.onDrain()
    await pause(20)
    expect(connection.texts()).toEqual(['a', 'b'])
    expect(store.mailboxes.count()).toBe(0)
  })

  test('stays for a client of ours until it is acknowledged, and comes again until then', async () => {
    const { deps, letter, store } = world()
    const person = new Person()
    const ours = { caps: ['ack'] }
    const connection = await new Connection(deps).logIn(person, ours)
    await letter(person.pubkey, 'a')
    const message = await connection.next('message')
    expect(message).toMatchObject({ accepted_at: now, timestamp: now / 1000 })
    connection.session.onClose(1006)
    const again = await new Connection(deps).logIn(person, ours)
    expect((await again.next('message')).id).toEqual(message.id)
    expect(store.mailboxes.count()).toBe(1)
  })

  test('goes to the newest of an original client’s sockets, and to the older one when that is gone', async () => {
    const { deps, letter } = world()
    const person = new Person()
    const older = await new Connection(deps).logIn(person)
    const newer = await new Connection(deps).logIn(person)
    await letter(person.pubkey, 'a')
    await pause(5)
    expect([older.texts(), newer.texts()]).toEqual([[], ['a']])
    newer.session.onClose(1000)
    await letter(person.pubkey, 'b')
    await pause(5)
    expect(older.texts()).toEqual(['b'])
  })

  test('goes to every socket of a device of ours', async () => {
    const { deps, letter } = world()
    const person = new Person()
    const sockets = [
      await new Connection(deps).logIn(person, { caps: ['ack'] }),
      await new Connection(deps).logIn(person, { caps: ['ack'] }),
    ]
    await letter(person.pubkey, 'a')
    await pause(5)
    expect(sockets.map((each) => each.texts())).toEqual([['a'], ['a']])
  })
})

describe('The end', () => {
  test('tells the watchers, empties the roster, and says why', async () => {
    const left: string[] = []
    const { deps } = world({ watchers: [{ left: (client) => void left.push(client.name) }] })
    const person = new Person()
    const connection = await new Connection(deps).logIn(person)
    expect(deps.roster.count()).toBe(1)
    connection.session.end('shutdown')
    expect(connection.closedWith).toBe(1001)
    connection.session.onClose(1001)
    expect(deps.roster.count()).toBe(0)
    expect(left).toHaveLength(1)
    expect(connection.endedFor).toBe('shutdown')
  })

  test('is not the fate of a login whose watcher fails: it is refused, and can be tried again', async () => {
    let failures = 1
    const { deps } = world({
      watchers: [
        {
          entered: async () => {
            if (failures-- > 0) throw new StoreError('busy', 'Cannot read')
          },
          left() {},
        },
      ],
    })
    const connection = new Connection(deps)
    const person = new Person()
    const nonce = await connection.nonce()
    connection.send(person.auth(nonce))
    await connection.next('error')
    expect(deps.roster.count()).toBe(0)
    connection.send(person.auth(nonce))
    await connection.next('auth_success')
    expect(deps.roster.count()).toBe(1)
  })

  test('during a login leaves nothing behind', async () => {
    const entering = Promise.withResolvers<void>()
    const { deps } = world({ watchers: [{ entered: () => entering.promise, left() {} }] })
    const connection = new Connection(deps)
    connection.send(new Person().auth(await connection.nonce()))
    await turn()
    connection.session.onClose(1006)
    entering.resolve()
    await turn()
    expect(deps.roster.count()).toBe(0)
    expect(connection.received).toEqual([])
  })

  test('comes to a client that reads nothing of what others say, and to nobody else', async () => {
    const { deps } = world({
      handlers: {
        get_prekey_count: (client) => {
          for (const all of everybody) {
            for (const each of deps.roster.clientsOf(all)) {
              if (each.name !== client.name) each.send({ type: 'prekey_count_response', count: 1 })
            }
          }
        },
      },
    })
    const [stuckPerson, otherPerson] = [new Person(), new Person()]
    const everybody = [stuckPerson, otherPerson].map(({ pubkey }) =>
      Buffer.from(pubkey).toString('hex'),
    )
    const stuck = await new Connection(deps).logIn(stuckPerson)
    const other = await new Connection(deps).logIn(otherPerson)
    stuck.answer = 'full'
    stuck.send({ type: 'ping' })
    await turn()
    for (let i = 0; i < 4097; i++) other.send({ type: 'get_prekey_count' })
    expect(stuck.closedWith).toBe(1013)
    other.send({ type: 'ping' })
    await other.next('pong')
    expect(other.closedWith).toBeUndefined()
  })

  test('comes to a client that asks and never reads, once too much waits to be handled', async () => {
    const { deps, seen } = world({
      handlers: { get_prekey_count: () => void seen.push('handled') },
    })
    const stuck = await new Connection(deps).logIn(new Person())
    stuck.answer = 'full'
    stuck.send({ type: 'ping' })
    await turn()
    stuck.send({ type: 'get_prekey_count' })
    await turn()
    expect(seen).not.toContain('handled')
    stuck.answer = 'sent'
    stuck.session.onDrain()
    expect(seen).toContain('handled')
    stuck.answer = 'full'
    stuck.send({ type: 'ping' })
    await turn()
    for (let i = 0; i < 2049; i++) stuck.send({ type: 'get_prekey_count' })
    expect(stuck.closedWith).toBe(1008)
  })

  test('comes to a client that gives no sign of life', async () => {
    const { deps } = world()
    const [silent, alive] = [new Connection(deps), new Connection(deps)]
    for (const { session } of [silent, alive]) session.ping()
    alive.session.onPong()
    for (const { session } of [silent, alive]) session.checkPulse()
    expect([silent.closedWith, alive.closedWith]).toEqual([1006, undefined])
  })
})
