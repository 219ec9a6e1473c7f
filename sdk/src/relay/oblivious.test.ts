import fc from 'fast-check'
import { openPrimitives } from '@sotto/primitives/provider'
import { beforeEach, describe, expect, test } from 'vitest'
import { SottoError } from '#errors.ts'
import { FakeClock } from '#ports/fake-clock.ts'
import { fakeRandomness } from '#ports/fake-randomness.ts'
import type { HttpRequest, HttpResponse } from '#ports/network.ts'
import { FakeGateway, json, plain } from '#relay/oblivious/fake-gateway.ts'
import { createObliviousRelay, type ObliviousRelay } from '#relay/oblivious.ts'
import { relayOrigin, type RelayOrigin } from '#relay/relay-origin.ts'

const primitives = await openPrimitives()
const never = new AbortController().signal
const address = new Uint8Array(32).fill(0xab)
const ok = json(200, { status: 'ok' })

let clock: FakeClock
let gateway: FakeGateway

beforeEach(() => {
  clock = new FakeClock()
  gateway = new FakeGateway(primitives, fakeRandomness('gateway'))
  gateway.answer = () => ok
})

function origin(text: string): RelayOrigin {
  const parsed = relayOrigin(text)
  if (parsed === undefined) throw new TypeError('Not a relay')
  return parsed
}

function open(
  choices: { readonly forwarder?: string; readonly mode?: 'sealed' | 'direct' } = {},
): ObliviousRelay {
  const { forwarder, mode = 'sealed' } = choices
  return createObliviousRelay({
    network: gateway,
    clock,
    randomness: fakeRandomness('client'),
    primitives,
    relay: origin('https://relay.example:8443'),
    forwarder: forwarder === undefined ? undefined : origin(forwarder),
    mode,
  })
}

/** What was asked, by path, in order. */
const seen = (): readonly string[] => gateway.seen.map(({ url }) => url)
const inside = (at = 0): unknown =>
  JSON.parse(new TextDecoder().decode(gateway.opened[at]?.content ?? new Uint8Array(0)))

async function failure(promise: Promise<unknown>): Promise<SottoError> {
  const error: unknown = await promise.then(
    (value) => new Error(`Resolved to ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  )
  if (error instanceof SottoError) return error
  throw error
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return (await failure(promise)).code
}

const keyUrl = '/v2/ohttp-key?format=rfc9458'

describe('a sealed message', () => {
  test('is deposited at an address, and says nothing of who sends it', async () => {
    const relay = open()
    const payload = Uint8Array.of(1, 2, 3)
    expect(await relay.send(address, payload, never)).toEqual({ kind: 'accepted' })
    expect(seen()).toEqual([
      `https://relay.example:8443${keyUrl}`,
      'https://relay.example:8443/v2/ohttp',
    ])
    expect(gateway.seen[1]?.headers).toEqual({
      'content-type': 'message/ohttp-req',
      accept: 'message/ohttp-res',
    })
    expect(gateway.opened[0]).toMatchObject({
      method: 'POST',
      scheme: 'https',
      authority: 'relay.example:8443',
      path: '/v2/send',
      headers: [{ name: 'content-type', value: 'application/json' }],
    })
    expect(inside()).toEqual({ address: address.toHex(), ciphertext: payload.toBase64() })
  })

  test.each([
    [512, 8192],
    [4096, 8192],
    [8192, 65_536],
    [32_768, 65_536],
    [65_536, 131_072],
  ])('of %i bytes travels in %i', async (length, bytes) => {
    await open().send(address, new Uint8Array(length), never)
    expect(gateway.seen[1]?.body).toHaveLength(bytes)
  })

  test('is too large when it fits into no size, and nothing is asked then', async () => {
    const outcome = await open().send(address, new Uint8Array(131_072), never)
    expect(outcome).toEqual({ kind: 'too-large' })
    expect(gateway.seen).toEqual([])
  })

  test.each([
    ['the relay', () => (gateway.answer = () => json(413, { status: 'error' }))],
    ['whoever carries it', () => (gateway.meddle = onPost(() => plain(413)))],
  ])('is too large when %s says so', async (_, arrange) => {
    arrange()
    expect(await open().send(address, Uint8Array.of(1), never)).toEqual({ kind: 'too-large' })
  })

  test('finds a mailbox full, which is not the same as coming too often', async () => {
    const full = { status: 'error', error: 'quota exceeded for recipient' }
    gateway.answer = () => json(429, full, { 'retry-after': '10' })
    const relay = open()
    expect(await relay.send(address, Uint8Array.of(1), never)).toEqual({ kind: 'mailbox-full' })
    gateway.answer = () =>
      json(429, { status: 'error', error: 'rate limit exceeded' }, { 'retry-after': '7' })
    const error = await failure(relay.send(address, Uint8Array.of(1), never))
    expect([error.code, error.retryAfterMillis]).toEqual(['relay-busy', 7000])
  })

  test('has an address of 32 bytes', async () => {
    await expect(open().send(new Uint8Array(31), address, never)).rejects.toThrow(RangeError)
  })
})

describe('several sealed messages', () => {
  const payloads = [1, 2, 3].map((byte) => Uint8Array.of(byte))
  const accepts = (accepted: number, more: Readonly<Record<string, unknown>> = {}) =>
    json(200, { status: 'ok', accepted, ...more })
  const paths = (): readonly string[] => gateway.opened.map(({ path }) => path)

  test('go in one request, in their order', async () => {
    gateway.answer = () => accepts(3)
    expect(await open().sendMany(address, payloads, never)).toEqual({ kind: 'all', accepted: 3 })
    expect(paths()).toEqual(['/v2/send_many'])
    expect(gateway.opened[0]).toMatchObject({
      method: 'POST',
      headers: [{ name: 'content-type', value: 'application/json' }],
    })
    expect(inside()).toEqual({
      address: address.toHex(),
      ciphertexts: payloads.map((payload) => payload.toBase64()),
    })
  })

  test.each([
    [8, 512, 8192],
    [2, 4096, 65_536],
    [44, 1024, 65_536],
    [2, 16_384, 65_536],
  ])('%i of %i bytes travel in %i', async (count, length, bytes) => {
    gateway.answer = () => accepts(count)
    const many = Array.from({ length: count }, () => new Uint8Array(length))
    expect(await open().sendMany(address, many, never)).toEqual({ kind: 'all', accepted: count })
    expect(gateway.seen[1]?.body).toHaveLength(bytes)
  })

  test('go as far as one request carries them; what is alone goes the way of single ones', async () => {
    gateway.answer = ({ path }) => (path === '/v2/send' ? ok : accepts(2))
    const relay = open()
    const large = new Uint8Array(65_536)
    const sent = [...payloads.slice(0, 2), large, ...payloads]
    expect(await relay.sendMany(address, sent, never)).toEqual({ kind: 'all', accepted: 2 })
    expect(await relay.sendMany(address, sent.slice(2), never)).toEqual({
      kind: 'all',
      accepted: 1,
    })
    expect(inside(1)).toEqual({ address: address.toHex(), ciphertext: large.toBase64() })
    const last = await relay.sendMany(address, payloads.slice(2), never)
    expect(last).toEqual({ kind: 'all', accepted: 1 })
    expect(paths()).toEqual(['/v2/send_many', '/v2/send', '/v2/send'])
  })

  test('may be none, and then nothing is asked', async () => {
    expect(await open().sendMany(address, [], never)).toEqual({ kind: 'all', accepted: 0 })
    expect(gateway.seen).toEqual([])
  })

  test('are accepted as far as the mailbox has room, and as the rate goes', async () => {
    const relay = open()
    const send = () => relay.sendMany(address, payloads, never)
    gateway.answer = () => accepts(2, { full: true })
    expect(await send()).toEqual({ kind: 'mailbox-full', accepted: 2 })
    gateway.answer = () => accepts(1, { retry_after: 7 })
    expect(await send()).toEqual({ kind: 'rate', accepted: 1, retryAfterMillis: 7000 })
    const full = { status: 'error', error: 'quota exceeded for recipient' }
    gateway.answer = () => json(429, full, { 'retry-after': '10' })
    expect(await send()).toEqual({ kind: 'mailbox-full', accepted: 0 })
    const one = await relay.sendMany(address, payloads.slice(0, 1), never)
    expect(one).toEqual({ kind: 'mailbox-full', accepted: 0 })
    const limited = { status: 'error', error: 'rate limit exceeded' }
    gateway.answer = () => json(429, limited, { 'retry-after': '7' })
    const error = await failure(send())
    expect([error.code, error.retryAfterMillis]).toEqual(['relay-busy', 7000])
  })

  test.each([404, 405])(
    'go one by one to a relay that answers %i, from then on',
    async (status) => {
      const unknown = json(status, { status: 'error', error: 'not found' })
      gateway.answer = ({ path }) => (path === '/v2/send' ? ok : unknown)
      const relay = open()
      for (let i = 0; i < 2; i++) {
        expect(await relay.sendMany(address, payloads, never)).toEqual({ kind: 'all', accepted: 1 })
      }
      expect(paths()).toEqual(['/v2/send_many', '/v2/send', '/v2/send'])
      expect(inside(1)).toEqual({ address: address.toHex(), ciphertext: payloads[0]?.toBase64() })
      await open().sendMany(address, payloads, never)
      expect(paths()).toHaveLength(5)
    },
  )

  test('are tried together again where single ones found nobody either', async () => {
    gateway.answer = () => json(404, { status: 'error', error: 'not found' })
    const relay = open()
    expect(await codeOf(relay.sendMany(address, payloads, never))).toBe('relay-refused')
    gateway.answer = () => accepts(3)
    expect(await relay.sendMany(address, payloads, never)).toEqual({ kind: 'all', accepted: 3 })
  })

  test('go one by one when together they are too large, to find out which is', async () => {
    const relay = open()
    gateway.answer = ({ path }) => (path === '/v2/send' ? ok : json(413, { status: 'error' }))
    expect(await relay.sendMany(address, payloads, never)).toEqual({ kind: 'all', accepted: 1 })
    gateway.answer = () => json(413, { status: 'error' })
    const tooLarge = { kind: 'too-large', accepted: 0 }
    expect(await relay.sendMany(address, payloads, never)).toEqual(tooLarge)
    expect(paths()).toEqual(['/v2/send_many', '/v2/send', '/v2/send_many', '/v2/send'])
    expect(await relay.sendMany(address, [new Uint8Array(131_072)], never)).toEqual(tooLarge)
  })

  test.each([
    [503, 'relay-busy'],
    [507, 'relay-busy'],
    [500, 'relay-busy'],
    [502, 'offline'],
    [425, 'offline'],
    [400, 'relay-refused'],
    [426, 'relay-refused'],
    [204, 'bad-answer'],
  ])('that meet status %i fail as one does: %s', async (status, code) => {
    gateway.answer = () => ({ status })
    expect(await codeOf(open().sendMany(address, payloads, never))).toBe(code)
    expect(gateway.opened).toHaveLength(1)
  })

  test.each([{}, { accepted: 0 }, { accepted: 4 }, { accepted: '3' }, { status: 'error' }])(
    'are not accepted by an answer of %o',
    async (said) => {
      gateway.answer = () => accepts(3, { accepted: undefined, ...said })
      expect(await codeOf(open().sendMany(address, payloads, never))).toBe('bad-answer')
    },
  )

  test('go directly, if asked so', async () => {
    const answers = ['{"status":"ok","accepted":2,"full":true}', '{"status":"error"}']
    gateway.meddle = () => plain(200, {}, new TextEncoder().encode(answers.shift()))
    const relay = open({ mode: 'direct' })
    const outcome = await relay.sendMany(address, payloads, never)
    expect(outcome).toEqual({ kind: 'mailbox-full', accepted: 2 })
    expect(gateway.seen).toMatchObject([
      {
        method: 'POST',
        url: 'https://relay.example:8443/v2/send_many',
        headers: { 'content-type': 'application/json' },
      },
    ])
    expect(await codeOf(relay.sendMany(address, payloads, never))).toBe('bad-answer')
  })

  test('have one address of 32 bytes, and end with the reason of their signal', async () => {
    await expect(open().sendMany(new Uint8Array(31), payloads, never)).rejects.toThrow(RangeError)
    await expect(open().sendMany(new Uint8Array(31), [], never)).rejects.toThrow(RangeError)
    const reason = new Error('enough')
    const sent = open().sendMany(address, payloads, AbortSignal.abort(reason))
    await expect(sent).rejects.toBe(reason)
  })
})

function onPost(respond: () => HttpResponse) {
  return (request: HttpRequest, next: () => Promise<HttpResponse>) =>
    request.method === 'POST' ? respond() : next()
}

describe('what goes wrong', () => {
  test.each([
    [429, 'relay-busy', 3000],
    [503, 'relay-busy', 3000],
    [507, 'relay-busy', 3000],
    [500, 'relay-busy', 3000],
    [408, 'relay-busy', 3000],
    [502, 'offline', undefined],
    [504, 'offline', undefined],
    [400, 'relay-refused', undefined],
    [403, 'relay-refused', undefined],
    [404, 'relay-refused', undefined],
    [426, 'relay-refused', undefined],
    [302, 'bad-answer', undefined],
    [204, 'bad-answer', undefined],
  ])('status %i is %s, inside and outside of the seal', async (status, code, retry) => {
    const headers = { 'retry-after': '3' }
    gateway.answer = () => ({ status, headers })
    const within = await failure(open().send(address, Uint8Array.of(1), never))
    expect([within.code, within.retryAfterMillis]).toEqual([code, retry])
    gateway.meddle = onPost(() => plain(status, headers))
    const without = await failure(open().send(address, Uint8Array.of(1), never))
    expect([without.code, without.retryAfterMillis]).toEqual([code, retry])
  })

  test.each([
    [undefined, 10_000],
    ['0', 0],
    ['99999999', 3_600_000],
    ['Thu, 01 Jan 2026 00:00:20 GMT', 20_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['soon', 10_000],
    ['-5', 10_000],
  ])('Retry-After of %s means %i ms', async (text, millis) => {
    const headers: Record<string, string> = text === undefined ? {} : { 'retry-after': text }
    gateway.answer = () => ({ status: 503, headers })
    const error = await failure(open().health(never))
    expect(error.retryAfterMillis).toBe(millis)
  })

  test('a relay without a gateway is told apart from one that is away', async () => {
    gateway.meddle = () => plain(404)
    const refused = await failure(open().health(never))
    expect([refused.code, refused.message]).toEqual([
      'relay-refused',
      'This relay has no gateway for sealed requests',
    ])
    gateway.meddle = () => {
      throw new SottoError('offline', 'Nobody there')
    }
    expect(await codeOf(open().health(never))).toBe('offline')
  })

  test('no message of an error repeats what a relay or a request says', async () => {
    gateway.answer = () => json(400, { status: 'error', error: 'secret words' })
    const error = await failure(open().send(address, Uint8Array.of(1), never))
    expect(error.message).not.toContain('secret words')
    expect(error.message).not.toContain(address.toHex())
  })

  test("a call ends with its signal's reason", async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    gateway.meddle = () => {
      controller.abort(reason)
      return plain(200)
    }
    await expect(open().health(controller.signal)).rejects.toBe(reason)
    await expect(open().health(AbortSignal.abort(reason))).rejects.toBe(reason)
    const sent = open().send(address, Uint8Array.of(1), AbortSignal.abort(reason))
    await expect(sent).rejects.toBe(reason)
  })
})

describe('the key of the gateway', () => {
  const keyRequests = (): number => gateway.seen.filter(({ method }) => method === 'GET').length

  test('is fetched once for requests that begin together, and kept as long as it says', async () => {
    const relay = open()
    await Promise.all([relay.health(never), relay.health(never), relay.health(never)])
    expect(keyRequests()).toBe(1)
    await clock.advance(299_999)
    await relay.health(never)
    expect(keyRequests()).toBe(1)
    await clock.advance(1)
    await relay.health(never)
    expect(keyRequests()).toBe(2)
  })

  test.each([
    ['max-age=99999999', 1_800_000],
    ['public, MAX-AGE=60', 60_000],
    ['private', 300_000],
    ['no-store', 0],
    ['no-cache, max-age=60', 0],
  ])('is kept for as long as "%s" says, and no longer than half an hour', async (control, kept) => {
    gateway.keyHeaders = { 'cache-control': control }
    const relay = open()
    await relay.prepare(never)
    await clock.advance(Math.max(kept - 1, 0))
    await relay.prepare(never)
    expect(keyRequests()).toBe(kept === 0 ? 2 : 1)
    await clock.advance(1)
    await relay.prepare(never)
    expect(keyRequests()).toBe(kept === 0 ? 3 : 2)
  })

  test('is fetched anew when the gateway does not take it any more, once for each request', async () => {
    const relay = open()
    await relay.prepare(never)
    gateway.rotate()
    expect(await relay.send(address, Uint8Array.of(1), never)).toEqual({ kind: 'accepted' })
    expect(seen().map((url) => new URL(url).pathname)).toEqual([
      '/v2/ohttp-key',
      '/v2/ohttp',
      '/v2/ohttp-key',
      '/v2/ohttp',
    ])
    expect(gateway.seen[1]?.body).not.toEqual(gateway.seen[3]?.body)
  })

  test('that is refused again and again ends the request', async () => {
    const relay = open()
    gateway.meddle = (request, next) => {
      if (request.method === 'POST') gateway.rotate()
      return next()
    }
    expect(await codeOf(relay.send(address, Uint8Array.of(1), never))).toBe('bad-answer')
    expect(gateway.seen).toHaveLength(4)
  })

  test.each([
    ['nothing', new Uint8Array(0)],
    ['noise', new Uint8Array(41).fill(9)],
    ['a key of no suite of ours', list([1, 0, 0x20, ...Array(32).fill(9), 0, 4, 0, 1, 0, 2])],
    ['no point of the curve', list([1, 0, 0x20, ...Array(32).fill(0), 0, 4, 0, 1, 0, 3])],
  ])('may be %s: bad-answer', async (_, body) => {
    gateway.meddle = (request, next) => (request.method === 'GET' ? plain(200, {}, body) : next())
    expect(await codeOf(open().health(never))).toBe('bad-answer')
    expect(gateway.opened).toEqual([])
  })

  function list(config: readonly number[]): Uint8Array {
    return Uint8Array.from([0, config.length, ...config])
  }
})

describe('behind a forwarder', () => {
  const forwarder = 'https://forwarder.example'
  const isAt = (host: string, { url }: HttpRequest): boolean => new URL(url).hostname === host

  test('requests go to the forwarder alone, and the key is asked of both', async () => {
    await open({ forwarder }).health(never)
    expect(seen().toSorted()).toEqual([
      `${forwarder}/v2/ohttp`,
      `${forwarder}${keyUrl}`,
      `https://relay.example:8443${keyUrl}`,
    ])
  })

  test('a forwarder without a key of its own is no hindrance', async () => {
    gateway.meddle = (request, next) =>
      isAt('forwarder.example', request) && request.method === 'GET' ? plain(404) : next()
    await open({ forwarder }).health(never)
    expect(gateway.opened).toHaveLength(1)
  })

  test('nothing is sealed when the two name different keys', async () => {
    const other = new FakeGateway(primitives, fakeRandomness('other'))
    gateway.meddle = (request, next) =>
      isAt('forwarder.example', request) ? other.fetch(request, 1e6, never) : next()
    const error = await failure(open({ forwarder }).send(address, Uint8Array.of(1), never))
    expect([error.code, error.retryAfterMillis]).toEqual(['bad-answer', 60_000])
    expect([...gateway.seen, ...other.seen].filter(({ method }) => method === 'POST')).toEqual([])
  })

  test('a copy that is minutes old is waited for with the key that both named before', async () => {
    const relay = open({ forwarder })
    const old = new FakeGateway(primitives, fakeRandomness('gateway'))
    await relay.prepare(never)
    gateway.rotate()
    // The gateway takes the old key for another window.
    gateway.meddle = (request, next) =>
      isAt('forwarder.example', request) ? old.fetch(request, 1e6, never) : next()
    old.answer = () => ok
    await clock.advance(300_000)
    await relay.health(never)
    expect(old.opened).toHaveLength(1)
    // A minute later they are asked again, and half an hour later it is over.
    const asked = (): number => gateway.seen.filter(({ method }) => method === 'GET').length
    const before = asked()
    await clock.advance(59_000)
    await relay.health(never)
    expect(asked()).toBe(before)
    await clock.advance(1000)
    await relay.health(never)
    expect(asked()).toBe(before + 2)
    await clock.advance(1_800_000)
    expect(await codeOf(relay.health(never))).toBe('bad-answer')
  })

  test('a key that neither names any more is not gone on with', async () => {
    const relay = open({ forwarder })
    await relay.prepare(never)
    const [one, other] = ['one', 'other'].map((seed) => {
      const made = new FakeGateway(primitives, fakeRandomness(seed))
      made.answer = () => ok
      return made
    })
    gateway.meddle = async (request) => {
      const chosen = isAt('forwarder.example', request) ? one : other
      if (chosen === undefined) throw new TypeError('Not there')
      return await chosen.fetch(request, 1e6, never)
    }
    await clock.advance(300_000)
    expect(await codeOf(relay.health(never))).toBe('bad-answer')
    expect(gateway.seen.filter(({ method }) => method === 'POST')).toEqual([])
  })

  test('a key with another number is another key', async () => {
    gateway.meddle = async (request, next) => {
      const response = await next()
      const isCopy = isAt('forwarder.example', request) && request.method === 'GET'
      // Behind the length of the first configuration stands its number.
      return isCopy ? { ...response, body: response.body.with(2, 99) } : response
    }
    expect(await codeOf(open({ forwarder }).health(never))).toBe('bad-answer')
  })
})

describe('a request that the gateway had before', () => {
  test('is sealed anew when doing it twice does no harm', async () => {
    let times = 0
    gateway.answer = () => (++times === 1 ? json(425, { error: 'taken' }) : ok)
    await open().health(never)
    expect(gateway.opened).toHaveLength(2)
    expect(gateway.seen[1]?.body).not.toEqual(gateway.seen[2]?.body)
  })

  test('is not, when it would be: nobody knows what came of it', async () => {
    gateway.answer = () => json(425, { error: 'taken' })
    expect(await codeOf(open().send(address, Uint8Array.of(1), never))).toBe('offline')
    expect(gateway.opened).toHaveLength(1)
  })

  test('ends it the second time', async () => {
    gateway.answer = () => json(425, { error: 'taken' })
    expect(await codeOf(open().health(never))).toBe('offline')
    expect(gateway.opened).toHaveLength(2)
  })
})

describe('a gateway that wants to know the time', () => {
  const type = 'https://iana.org/assignments/http-problem-types#date'
  const problem = (date: string) =>
    json(400, { type }, { 'content-type': 'application/problem+json', date })

  test('is told its own', async () => {
    const date = 'Thu, 01 Jan 2026 10:00:00 GMT'
    gateway.answer = ({ headers }) =>
      headers.some(({ name, value }) => name === 'date' && value === date) ? ok : problem(date)
    expect(await open().send(address, Uint8Array.of(1), never)).toEqual({ kind: 'accepted' })
    expect(gateway.opened.map(({ headers }) => headers.length)).toEqual([1, 2])
  })

  test.each(['Thu, 01 Jan 2026 10:00:00 GMT', 'no date'])(
    'and refuses for %s is not asked for ever',
    async (date) => {
      gateway.answer = () => problem(date)
      expect(await codeOf(open().health(never))).toBe('relay-refused')
      expect(gateway.opened.length).toBeLessThanOrEqual(2)
    },
  )
})

describe('keys', () => {
  const identity = new Uint8Array(32).fill(7)
  const found = {
    status: 'ok',
    device: 1,
    bundle: 'AQI=',
    one_time: 'Aw==',
    kem_one_time: 'BA==',
    metered: false,
    devices: 'BQ==',
  }

  test('of a device are found, with one-time keys if there are some', async () => {
    gateway.answer = () => json(200, found)
    const relay = open()
    expect(await relay.fetchKeys(identity, never)).toEqual({
      kind: 'found',
      device: 1,
      bundle: Uint8Array.of(1, 2),
      oneTime: Uint8Array.of(3),
      kemOneTime: Uint8Array.of(4),
      metered: false,
      devices: Uint8Array.of(5),
    })
    expect(inside()).toEqual({ identity: identity.toHex(), device: 1 })
    gateway.answer = () => json(200, { status: 'ok', device: 2, bundle: '', metered: true })
    expect(await relay.fetchKeys(identity, never, 2)).toMatchObject({
      device: 2,
      oneTime: undefined,
      kemOneTime: undefined,
      metered: true,
      devices: undefined,
    })
  })

  test('of nobody are none, which is not the same as a relay that knows no keys', async () => {
    gateway.answer = () => json(404, { status: 'error', error: 'no keys' })
    expect(await open().fetchKeys(identity, never)).toEqual({ kind: 'no-keys' })
    gateway.answer = () => json(404, { error: 'Not found' })
    expect(await codeOf(open().fetchKeys(identity, never))).toBe('relay-refused')
    gateway.answer = () => json(404, { status: 'error', error: 'not found' })
    expect(await codeOf(open().fetchKeys(identity, never))).toBe('relay-refused')
  })

  test.each([
    { device: 2 },
    { device: '1' },
    { bundle: undefined },
    { bundle: 'not base64' },
    { one_time: 5 },
    { devices: '=' },
    { metered: 'no' },
    { status: 'error' },
  ])('with %o are a bad answer', async (wrong) => {
    gateway.answer = () => json(200, { ...found, ...wrong })
    expect(await codeOf(open().fetchKeys(identity, never))).toBe('bad-answer')
  })
})

describe('pieces of attachments', () => {
  const id = '5fb6ec0a-3a5c-4a76-9d3e-0c4b6f6f2d11'

  test('are stored and found by their id', async () => {
    const piece = new Uint8Array(60 * 1024).fill(3)
    gateway.answer = ({ method }) =>
      method === 'POST'
        ? json(201, { id, expiresAt: 1_800_000_000 })
        : { status: 200, content: piece }
    const relay = open()
    expect(await relay.putPiece(piece, never)).toEqual({
      kind: 'stored',
      id,
      expiresAtMillis: 1_800_000_000_000,
    })
    expect(gateway.seen[1]?.body).toHaveLength(65_536)
    expect(await relay.getPiece(id, never)).toEqual({ kind: 'found', bytes: piece })
    expect(gateway.opened.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v2/attachments',
      `GET /v2/attachments/${id}`,
    ])
    // A question tells no more by its length than a message.
    expect(gateway.seen[2]?.body).toHaveLength(8192)
  })

  test('are at most 60 KiB', async () => {
    const relay = open()
    const tooLarge = { kind: 'too-large' }
    expect(await relay.putPiece(new Uint8Array(61_441), never)).toEqual(tooLarge)
    expect(gateway.seen).toEqual([])
    gateway.answer = () => json(413, { error: 'Attachment too large' })
    expect(await relay.putPiece(new Uint8Array(61_440), never)).toEqual(tooLarge)
  })

  test('that are gone are not found, and no id leads elsewhere', async () => {
    gateway.answer = () => json(404, { error: 'Not found' })
    const relay = open()
    expect(await relay.getPiece(id, never)).toEqual({ kind: 'not-found' })
    for (const other of ['', '../send', `${id}/..`, `${id}?a`]) {
      expect(await relay.getPiece(other, never)).toEqual({ kind: 'not-found' })
    }
    expect(gateway.opened).toHaveLength(1)
  })

  test.each([{}, { id: 'a', expiresAt: 1 }, { id, expiresAt: 'a' }])(
    'with an answer of %o are a bad answer',
    async (said) => {
      gateway.answer = () => json(201, said)
      expect(await codeOf(open().putPiece(address, never))).toBe('bad-answer')
    },
  )

  test('do not exist in clear', async () => {
    const relay = open({ mode: 'direct' })
    const error = await failure(relay.putPiece(address, never))
    expect(error.code).toBe('relay-refused')
    expect(error.message).toContain('Attachments travel sealed')
    expect(await codeOf(relay.getPiece(id, never))).toBe('relay-refused')
    expect(gateway.seen).toEqual([])
  })
})

describe('an exchange', () => {
  const token = 'ab'.repeat(16)

  test('is offered, claimed and completed', async () => {
    const relay = open()
    gateway.answer = () => json(200, { status: 'ok', code: '012345', completion_token: token })
    const offer = await relay.offer(Uint8Array.of(1), 60, never)
    expect(offer).toEqual({ code: '012345', completionToken: token })
    gateway.answer = () => json(200, { status: 'ok', payload: 'AQ==' })
    expect(await relay.claim(offer.code, Uint8Array.of(2), never)).toEqual({
      kind: 'claimed',
      payload: Uint8Array.of(1),
    })
    gateway.answer = () => json(200, { status: 'ok', response: 'Ag==' })
    expect(await relay.complete(offer.code, offer.completionToken, never)).toEqual({
      kind: 'completed',
      response: Uint8Array.of(2),
    })
    expect([0, 1, 2].map(inside)).toEqual([
      { payload: 'AQ==', expires_secs: 60, with_completion_token: true },
      { code: '012345', response: 'Ag==' },
      { code: '012345', completion_token: token },
    ])
  })

  test.each([
    ['invalid or expired code', { kind: 'wrong-code' }, { kind: 'wrong-code' }],
    ['already claimed', { kind: 'wrong-code' }, { kind: 'wrong-code' }],
    ['not yet claimed', undefined, { kind: 'not-claimed' }],
    ['something else', undefined, undefined],
  ])('answered with "%s"', async (error, ofClaim, ofComplete) => {
    gateway.answer = () => json(400, { status: 'error', error })
    const relay = open()
    const claimed = relay.claim('123456', Uint8Array.of(2), never)
    if (ofClaim === undefined) expect(await codeOf(claimed)).toBe('relay-refused')
    else expect(await claimed).toEqual(ofClaim)
    const completed = relay.complete('123456', token, never)
    if (ofComplete === undefined) expect(await codeOf(completed)).toBe('relay-refused')
    else expect(await completed).toEqual(ofComplete)
  })

  test.each(['', '12345', '1234567', '12345a', '１２３４５６', '123456\n'])(
    'knows without asking that %j is no code',
    async (code) => {
      const relay = open()
      expect(await relay.claim(code, address, never)).toEqual({ kind: 'wrong-code' })
      expect(await relay.complete(code, token, never)).toEqual({ kind: 'wrong-code' })
      expect(gateway.seen).toEqual([])
    },
  )

  test('has no room, or a bad answer', async () => {
    const relay = open()
    gateway.answer = () => json(400, { status: 'error', error: 'too many offers' })
    expect(await codeOf(relay.offer(address, 60, never))).toBe('relay-busy')
    for (const said of [{}, { code: 'abcdef', completion_token: token }, { code: '123456' }]) {
      gateway.answer = () => json(200, { status: 'ok', ...said })
      expect(await codeOf(relay.offer(address, 60, never))).toBe('bad-answer')
    }
    expect(await codeOf(relay.claim('123456', address, never))).toBe('bad-answer')
    expect(await codeOf(relay.complete('123456', token, never))).toBe('bad-answer')
    const large = new Uint8Array(32_769)
    await expect(relay.offer(large, 60, never)).rejects.toThrow(RangeError)
    await expect(relay.claim('123456', large, never)).rejects.toThrow(RangeError)
  })
})

describe('asked directly', () => {
  test('a relay gets the request as it is, and no key is fetched', async () => {
    gateway.meddle = () => plain(200, {}, new TextEncoder().encode('{"status":"ok"}'))
    const relay = open({ mode: 'direct' })
    await relay.prepare(never)
    expect(await relay.send(address, Uint8Array.of(1), never)).toEqual({ kind: 'accepted' })
    await relay.health(never)
    expect(gateway.seen).toMatchObject([
      {
        method: 'POST',
        url: 'https://relay.example:8443/v2/send',
        headers: { 'content-type': 'application/json' },
      },
      { method: 'GET', url: 'https://relay.example:8443/v2/health', headers: {} },
    ])
  })

  test.each([
    [413, '', { kind: 'too-large' }],
    [429, '{"status":"error","error":"quota exceeded for recipient"}', { kind: 'mailbox-full' }],
  ])('a relay that answers %i %s', async (status, body, outcome) => {
    gateway.meddle = () => plain(status, {}, new TextEncoder().encode(body))
    const relay = open({ mode: 'direct' })
    expect(await relay.send(address, Uint8Array.of(1), never)).toEqual(outcome)
  })
})

describe('a hostile answer', () => {
  test.each([
    ['noise', (body: Uint8Array) => body.map((_, at) => at * 7)],
    ['nothing', () => new Uint8Array(0)],
    ['half', (body: Uint8Array) => body.subarray(0, body.length / 2)],
    ['a byte more', (body: Uint8Array) => Uint8Array.from([...body, 0])],
    ['one bit changed', (body: Uint8Array) => body.with(40, (body[40] ?? 0) ^ 1)],
  ])('of %s in place of the sealed one is bad-answer', async (_, spoil) => {
    gateway.meddle = async (request, next) => {
      const response = await next()
      return request.method === 'POST' ? { ...response, body: spoil(response.body) } : response
    }
    expect(await codeOf(open().health(never))).toBe('bad-answer')
  })

  test('to another request does not pass for the answer to this one', async () => {
    const relay = open()
    let first: HttpResponse | undefined
    gateway.meddle = async (request, next) => {
      const response = await next()
      return request.method === 'POST' ? (first ??= response) : response
    }
    await relay.health(never)
    expect(await codeOf(relay.health(never))).toBe('bad-answer')
  })

  test('inside of the seal is an error of ours, whatever it says', async () => {
    const statuses = fc.oneof(fc.constantFrom(200, 201, 400, 404, 413, 425, 429), fc.nat(399))
    const contents = fc.oneof(
      fc.uint8Array(),
      fc.json().map((text) => new TextEncoder().encode(text)),
      fc.object().map((value) => new TextEncoder().encode(JSON.stringify(value))),
    )
    const relay = open()
    const calls = [
      () => relay.send(address, Uint8Array.of(1), never),
      () => relay.sendMany(address, [Uint8Array.of(1), Uint8Array.of(2)], never),
      () => relay.fetchKeys(address, never),
      () => relay.putPiece(address, never),
      () => relay.offer(address, 60, never),
      () => relay.claim('123456', address, never),
      () => relay.complete('123456', 'ab', never),
    ]
    await fc.assert(
      fc.asyncProperty(statuses, contents, fc.nat(6), async (status, content, at) => {
        gateway.answer = () => ({ status: 200 + (status % 400), content })
        try {
          const outcome = await calls[at]?.()
          expect(outcome).not.toMatchObject({ kind: 'found' })
        } catch (error) {
          expect(error).toBeInstanceOf(SottoError)
        }
      }),
      { numRuns: 70 },
    )
  })
})
