/**
 * @module What clients see of a store that does not work: a full disk, an overload, a damaged file. Nothing is answered
 * that did not happen, and nothing happens that was refused.
 */
import { describe, expect, test } from 'vitest'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '#door/obscura/contract/inbox-for-tests.ts'
import { deviceToJson, drawDevice } from '#door/obscura/contract/keys-for-tests.ts'
import {
  RunningRelay,
  type Answer,
  type Person,
} from '#door/obscura/contract/running-relay-for-tests.ts'
import { openMemoryStore } from '#store/memory/open.ts'
import { openSqliteStore } from '#store/sqlite/open.ts'
import { StoreError, type Store, type StoreErrorCode } from '#store/store.ts'

/** A real store behind a switch: while it is set, whatever is asked of the store rejects with it. */
function switchable(): {
  readonly store: Store
  fail: Error | undefined
  only: string | undefined
} {
  const real = openMemoryStore()
  const state = {
    store: real,
    fail: undefined as Error | undefined,
    only: undefined as string | undefined,
  }
  const guarded = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function' || name === 'count') {
          return typeof member === 'function' ? member.bind(target) : member
        }
        return async (...args: unknown[]): Promise<unknown> => {
          const isMeant = state.only === undefined || state.only === name
          if (state.fail !== undefined && isMeant) throw state.fail
          return await (member.apply(target, args) as Promise<unknown>)
        }
      },
    })
  state.store = {
    ...real,
    mailboxes: guarded(real.mailboxes),
    accounts: guarded(real.accounts),
    prekeys: guarded(real.prekeys),
    blobs: guarded(real.blobs),
  }
  return state
}

/** One request of every kind that touches the store. */
function requests(relay: RunningRelay, person: Person): readonly (() => Promise<Answer>)[] {
  const { username, password, token } = person
  return [
    () => relay.post('/v1/users', { username: 'new', password, ...deviceToJson(drawDevice()) }),
    () => relay.post('/v1/sessions', { username, password }),
    () => relay.refresh(person.refreshToken),
    () => relay.logOut(token, person.refreshToken),
    () => relay.post('/v1/keys', deviceToJson(drawDevice()), token),
    () => relay.ask('GET', `/v1/keys/${person.id}`),
    () => relay.trySend(person, person, 'never stored'),
    () => relay.ask('GET', `/v1/attachments/${person.id}`, { token }),
    () => relay.ask('POST', '/v1/attachments', { token, body: 'never stored' }),
  ]
}

const replies: readonly (readonly [StoreErrorCode, number, string])[] = [
  ['busy', 503, 'Server busy'],
  ['disk-full', 507, 'Storage full'],
  ['unusable', 503, 'Storage unavailable'],
  ['closed', 503, 'Server shutting down'],
]

describe('A store that does not work', () => {
  test.each(replies)(
    '%s is %i on every route, and changes nothing',
    async (code, status, error) => {
      const broken = switchable()
      await using relay = await RunningRelay.start({ store: broken.store })
      const person = await relay.join({ oneTime: 2 })
      // The token is known from here on: what is looked at is the routes.
      await relay.send(person, person, 'before')
      broken.fail = new StoreError(code, 'Cannot write: secret detail')
      for (const request of requests(relay, person)) {
        const answer = await request()
        expect([answer.status, answer.json]).toEqual([status, { error }])
        expect(answer.headers.get('retry-after')).toBe('1')
        expect(answer.headers.get('x-request-id')).toBeTruthy()
      }
      broken.fail = undefined

      expect(await relay.waiting(person)).toEqual(['before'])
      expect((await relay.bundle(person.id)).oneTimePreKey).toMatchObject({ keyId: 1 })
      expect((await relay.refresh(person.refreshToken)).status).toBe(200)
      const { password } = person
      expect((await relay.post('/v1/sessions', { username: 'new', password })).status).toBe(401)
      expect(relay.lines.join('\n')).not.toContain('secret detail')
      expect(await relay.metric(`sotto_store_failures_total{code="${code}"}`)).toBeGreaterThan(0)
    },
  )

  test('an error that nobody foresaw is 500 without a word about it', async () => {
    const broken = switchable()
    await using relay = await RunningRelay.start({ store: broken.store })
    const person = await relay.join()
    await relay.send(person, person, 'before')
    broken.fail = new TypeError('secret detail: "quoted"')
    for (const request of requests(relay, person)) {
      const answer = await request()
      expect([answer.status, answer.json]).toEqual([500, { error: 'Internal server error' }])
    }
    broken.fail = undefined
    expect(await relay.waiting(person)).toEqual(['before'])
    expect(relay.lines.join('\n')).not.toContain('quoted')
  })

  test('a token that nobody has seen is not let in when nobody can look its session up', async () => {
    const broken = switchable()
    await using relay = await RunningRelay.start({ store: broken.store })
    const person = await relay.join()
    broken.fail = new StoreError('unusable', 'Cannot read')
    const answer = await relay.trySend(person, person, 'never stored')
    expect(answer.status).toBe(503)
    expect(await relay.tryConnect(person.token)).toMatchObject({ status: 503 })
  })

  test('a socket ends with 1011 when its mailbox cannot be read, at the start or later', async () => {
    const broken = switchable()
    await using relay = await RunningRelay.start({ store: broken.store })
    const [person, friend] = await Promise.all([relay.join(), relay.join()])
    await relay.send(friend, person, 'kept')
    using open = await relay.connect(person)
    await open.texts(1)
    broken.only = 'collect'
    broken.fail = new StoreError('unusable', 'Cannot read')
    using late = await relay.connect(person)
    expect(await late.socket.closed()).toEqual({ code: 1011, reason: 'Storage unavailable' })
    broken.only = 'identity'
    using later = await relay.connect(person)
    expect(await later.socket.closed()).toEqual({ code: 1011, reason: 'Storage unavailable' })
    // A live message needs no read.
    await relay.send(friend, person, 'live')
    expect(await open.texts(1)).toEqual(['live'])
    broken.fail = undefined
    expect(await relay.waiting(person)).toEqual(['kept', 'live'])
  })

  test('an acknowledgement that cannot be written ends the socket, and the message comes again', async () => {
    const broken = switchable()
    await using relay = await RunningRelay.start({
      store: broken.store,
      flags: { 'ws-ack-batch-size': '1' },
    })
    const person = await relay.join()
    await relay.send(person, person, 'comes again')
    using gateway = await relay.connect(person)
    const envelope = await gateway.envelope()
    broken.only = 'acknowledge'
    broken.fail = new StoreError('disk-full', 'Cannot write')
    gateway.acknowledge(envelope)
    expect(await gateway.socket.closed()).toEqual({ code: 1011, reason: 'Storage unavailable' })
    broken.fail = undefined
    expect(await relay.waiting(person)).toEqual(['comes again'])
  })
})

describe('A disk that is full', () => {
  test('refuses with 507, keeps what it has, and takes more when there is room again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sotto-full-'))
    const store = await openSqliteStore({ path: join(folder, 'small.db'), maxPages: 90 })
    try {
      await using relay = await RunningRelay.start({ store, flags: { 'ws-ack-batch-size': '1' } })
      const [person, friend] = await Promise.all([relay.join(), relay.join()])
      const stored: string[] = []
      let refused: Answer | undefined
      for (let i = 0; refused === undefined && i < 200; i++) {
        const text = `${i}`.padEnd(10_000, '.')
        const answer = await relay.trySend(friend, person, text)
        if (answer.status === 201) stored.push(text)
        else refused = answer
      }
      expect([refused?.status, refused?.json]).toEqual([507, { error: 'Storage full' }])
      expect(stored.length).toBeGreaterThan(3)

      // What needs no room goes on: reading, and making room.
      const gateway = await relay.connect(person)
      const envelopes = await gateway.envelopes(stored.length)
      expect(envelopes.map(({ content }) => Buffer.from(content).toString())).toEqual(stored)
      gateway.acknowledge(...envelopes.slice(0, stored.length - 1))
      await gateway.leave()
      await eventually('there is room', async () => (await relay.stored()) === 1)
      const again = await relay.trySend(friend, person, randomBytes(5000))
      expect(again.status).toBe(201)
    } finally {
      // The relay has closed it, unless it did not start.
      await store[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    }
  })
})
