/**
 * @module POST /v1/keys as a refill, and GET /v1/keys/{userId} (obscura reference §1.4, §1.9, §1.10, behaviours 20–30
 * and 34–40). What a takeover does stands in `takeover.test.ts`.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import {
  base64,
  deviceToJson,
  drawDevice,
  drawIdentity,
  drawOneTimeKeys,
  drawPublicKey,
  drawSignedKey,
  oneTimeToJson,
  serialized,
  signedToJson,
  type OneTimeKey,
  type SignedKey,
} from '#door/obscura/contract/keys-for-tests.ts'
import {
  RunningRelay,
  subjectOf,
  tokensOf,
  type Answer,
  type Person,
} from '#door/obscura/contract/running-relay-for-tests.ts'

let relay: RunningRelay
beforeAll(async () => {
  relay = await RunningRelay.start()
})
afterAll(() => relay[Symbol.asyncDispose]())

interface Refill {
  readonly signedId: number
  readonly oneTime?: readonly OneTimeKey[]
  readonly signed?: SignedKey
  readonly identityKey?: Uint8Array | null
  readonly registrationId?: number
}

/** A refill that is right in everything that is not named. */
async function refill(at: RunningRelay, person: Person, changes: Refill): Promise<Answer> {
  const { identity } = person.device
  const { identityKey, registrationId, signed, signedId, oneTime = [] } = changes
  const body = {
    ...(identityKey === undefined ? {} : { identityKey: identityKey && base64(identityKey) }),
    ...(registrationId === undefined ? {} : { registrationId }),
    signedPreKey: signedToJson(signed ?? drawSignedKey(identity, signedId)),
    oneTimePreKeys: oneTime.map(oneTimeToJson),
  }
  return await at.post('/v1/keys', body, person.token)
}

/** Every one-time key that is left, oldest first. */
async function drain(at: RunningRelay, id: string): Promise<readonly { keyId: number; publicKey: string }[]> {
  const keys = []
  for (;;) {
    const { oneTimePreKey } = await at.bundle(id)
    if (oneTimePreKey === null) return keys
    keys.push(oneTimePreKey)
  }
}

const registrationOf = (username: string, identity: Uint8Array, signed: SignedKey) => ({
  username,
  password: 'twelve bytes',
  identityKey: base64(identity),
  registrationId: 1,
  signedPreKey: signedToJson(signed),
  oneTimePreKeys: [],
})

describe('Signatures', () => {
  test('obscura 20: signed over 33 bytes', async () => {
    const person = await relay.join()
    const answer = await refill(relay, person, { signedId: 2 })
    expect([answer.status, answer.text]).toEqual([200, ''])
  })

  test('obscura 21: signed over the bare 32 bytes', async () => {
    const person = await relay.join()
    const signed = drawSignedKey(person.device.identity, 2, (key) => key.subarray(1))
    expect((await refill(relay, person, { signedId: 2, signed })).status).toBe(200)
    const identity = drawIdentity()
    const body = registrationOf(randomUUID(), identity.publicKey, drawSignedKey(identity, 1, (key) => key.subarray(1)))
    expect((await relay.post('/v1/users', body)).status).toBe(201)
  })

  test('obscura 22: identities of either sign', async () => {
    const signs = new Set<number>()
    for (let i = 0; signs.size < 2 && i < 64; i++) {
      const identity = drawIdentity()
      const signed = drawSignedKey(identity, 1)
      const sign = (signed.signature[63] ?? 0) >> 7
      if (signs.has(sign)) continue
      signs.add(sign)
      const body = registrationOf(randomUUID(), identity.publicKey, signed)
      expect((await relay.post('/v1/users', body)).status).toBe(201)
    }
    expect(signs.size).toBe(2)
  })

  test('obscura 22: libsignal’s own vectors of either sign', async () => {
    for (const [identityKey, publicKey, signature] of vectors) {
      const body = {
        ...deviceToJson(drawDevice()),
        username: randomUUID(),
        password: 'twelve bytes',
        identityKey,
        signedPreKey: { keyId: 1, publicKey, signature },
      }
      expect((await relay.post('/v1/users', body)).status).toBe(201)
    }
  })

  test('obscura 23: a plain Ed25519 key that was mapped to Curve25519, whatever its sign', async () => {
    const signs = new Set<number>()
    for (let i = 0; signs.size < 2 && i < 64; i++) {
      const { publicKey, privateKey } = generateKeyPairSync('ed25519')
      const point = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
      const key = drawPublicKey()
      signs.add((point[31] ?? 0) >> 7)
      const signed = { keyId: 1, publicKey: key, signature: sign(null, key, privateKey) }
      const body = registrationOf(randomUUID(), serialized(montgomery(point)), signed)
      expect((await relay.post('/v1/users', body)).status).toBe(201)
    }
    expect(signs.size).toBe(2)
  })

  test('obscura 24: one altered bit of the signature is 400', async () => {
    const person = await relay.join()
    for (const at of [0, 31, 32, 62, 63]) {
      const signed = drawSignedKey(person.device.identity, 2)
      const signature = signed.signature.slice()
      signature[at] = (signature[at] ?? 0) ^ 1
      const answer = await refill(relay, person, { signedId: 2, signed: { ...signed, signature } })
      expect([answer.status, answer.json]).toEqual([400, { error: 'Invalid signature' }])
    }
    expect((await relay.bundle(person.id)).signedPreKey.keyId).toBe(1)
  })

  test('another identity’s signature, and another key’s, are 400', async () => {
    const person = await relay.join()
    const stranger = drawSignedKey(drawIdentity(), 2)
    const own = drawSignedKey(person.device.identity, 2)
    const swapped = { ...own, publicKey: drawPublicKey() }
    for (const signed of [stranger, swapped]) {
      const answer = await refill(relay, person, { signedId: 2, signed })
      expect([answer.status, answer.json]).toEqual([400, { error: 'Invalid signature' }])
    }
  })
})

describe('Formats', () => {
  const good = drawPublicKey()
  test.each<[string, string]>([
    ['32 bytes', base64(good.subarray(1))],
    ['34 bytes', base64(Uint8Array.of(...good, 0))],
    ['nothing', ''],
    ['another first byte', base64(Uint8Array.of(6, ...good.subarray(1)))],
    ['the URL-safe alphabet', Buffer.from(good).toString('base64url').replace(/^..../, 'B-__')],
    ['no padding', base64(good.subarray(0, 32)).replaceAll('=', '')],
    ['white space', `${base64(good).slice(0, 8)} ${base64(good).slice(8)}`],
    ['a line break at the end', `${base64(good)}\n`],
    ['padding in the middle', `BQ==${base64(good.subarray(1))}`],
    ['no base64 at all', '!'.repeat(44)],
  ])('obscura 25: a key of %s is 400', async (_, text) => {
    const person = await relay.join()
    const { signedPreKey } = deviceToJson(person.device)
    for (const body of [
      { identityKey: text, signedPreKey, oneTimePreKeys: [] },
      { signedPreKey: { ...signedPreKey, publicKey: text }, oneTimePreKeys: [] },
      { signedPreKey, oneTimePreKeys: [{ keyId: 1, publicKey: text }] },
    ]) {
      const answer = await relay.post('/v1/keys', body, person.token)
      expect(answer.status).toBe(400)
      expect(Object.keys(answer.json as object)).toEqual(['error'])
      if (text.length > 8) expect(answer.text).not.toContain(text.slice(0, 8))
    }
  })

  test.each([0, 63, 65])('obscura 25: a signature of %i bytes is 400', async (length) => {
    const person = await relay.join()
    const signed = { ...drawSignedKey(person.device.identity, 2), signature: new Uint8Array(length) }
    const answer = await refill(relay, person, { signedId: 2, signed })
    expect([answer.status, answer.json]).toEqual([
      400,
      { error: `signedPreKey.signature: Invalid signature length: ${length} (expected 64)` },
    ])
  })

  test('a one-time key is any 33 bytes that begin with 5', async () => {
    const publicKey = Uint8Array.of(5, ...new Uint8Array(32).fill(1))
    expect(base64(publicKey)).toMatch(/^BQEBAQEB/)
    const person = await relay.join({ oneTime: 0 })
    await refill(relay, person, { signedId: 2, oneTime: [{ keyId: -1, publicKey }] })
    expect((await relay.bundle(person.id)).oneTimePreKey).toEqual({ keyId: -1, publicKey: base64(publicKey) })
  })
})

describe('Refills', () => {
  test('obscura 26: what is too much goes from the oldest', async () => {
    await using small = await RunningRelay.start({ flags: { 'max-pre-keys': '50' } })
    const person = await small.join({ oneTime: 40 })
    const answer = await refill(small, person, {
      signedId: 2,
      identityKey: person.device.identity.publicKey,
      oneTime: drawOneTimeKeys(20, 101),
    })
    expect(answer.status).toBe(200)
    const left = (await drain(small, person.id)).map((key) => key.keyId)
    expect(left).toEqual([...range(11, 40), ...range(101, 120)])
  })

  test('keys that are there already push nothing out', async () => {
    await using small = await RunningRelay.start({
      database: 'memory',
      flags: { 'max-pre-keys': '10' },
    })
    const person = await small.join({ oneTime: 10 })
    const answer = await refill(small, person, { signedId: 2, oneTime: drawOneTimeKeys(10) })
    expect(answer.status).toBe(200)
    const left = await drain(small, person.id)
    expect(left).toEqual(person.device.oneTime.map(oneTimeToJson))
  })

  test('a refill of more than fits at once is 400 and changes nothing', async () => {
    const person = await relay.join({ oneTime: 2 })
    const answer = await refill(relay, person, { signedId: 2, oneTime: drawOneTimeKeys(101, 500) })
    expect([answer.status, answer.json]).toEqual([400, { error: 'Batch too large. Limit is 100' }])
    expect((await relay.bundle(person.id)).signedPreKey.keyId).toBe(1)
    expect((await drain(relay, person.id)).map((key) => key.keyId)).toEqual([2])
  })

  test('obscura 28: ids of signed keys only grow', async () => {
    const person = await relay.join({ device: drawDevice({ signedId: 10 }) })
    const upload = (signedId: number) => refill(relay, person, { signedId })
    expect((await upload(11)).status).toBe(200)
    for (const stale of [10, 11]) {
      const answer = await upload(stale)
      expect([answer.status, answer.json]).toEqual([
        400,
        { error: `Signed Pre-Key ID ${stale} must be greater than current ID 11` },
      ])
    }
    expect((await upload(12)).status).toBe(200)
  })

  test('ids of signed keys may be negative', async () => {
    const person = await relay.join({ device: drawDevice({ signedId: -5 }) })
    expect((await refill(relay, person, { signedId: -6 })).status).toBe(400)
    expect((await refill(relay, person, { signedId: -4 })).status).toBe(200)
  })

  test('obscura 29: after a rotation the new signed key is served', async () => {
    const person = await relay.join()
    const signed = drawSignedKey(person.device.identity, 10)
    expect((await refill(relay, person, { signedId: 10, signed })).status).toBe(200)
    expect((await relay.bundle(person.id)).signedPreKey).toEqual(signedToJson(signed))
  })

  test('obscura 29: no other signed key is ever served while keys rotate', async () => {
    const person = await relay.join({ oneTime: 0 })
    const served: number[] = []
    for (let signedId = 2; signedId < 12; signedId++) {
      const [answer, bundle] = await Promise.all([
        refill(relay, person, { signedId }),
        relay.bundle(person.id),
      ])
      expect(answer.status).toBe(200)
      served.push(bundle.signedPreKey.keyId)
    }
    expect(served).toEqual(served.toSorted((a, b) => a - b))
  })

  test('obscura 30: the same identity and a new one-time key', async () => {
    const person = await relay.join({ oneTime: 0 })
    const oneTime = drawOneTimeKeys(1, 77)
    const answer = await refill(relay, person, {
      signedId: 2,
      identityKey: person.device.identity.publicKey,
      registrationId: 9999,
      oneTime,
    })
    expect(answer.status).toBe(200)
    expect(await relay.bundle(person.id)).toMatchObject({
      identityKey: base64(person.device.identity.publicKey),
      // A refill does not change it.
      registrationId: person.device.registrationId,
      oneTimePreKey: oneTime.map(oneTimeToJson)[0],
    })
  })

  test('an empty list is a pure rotation', async () => {
    const person = await relay.join({ oneTime: 3 })
    expect((await refill(relay, person, { signedId: 2 })).status).toBe(200)
    expect(await drain(relay, person.id)).toHaveLength(3)
  })

  test('obscura 36: an id that stands twice is 400 and names it', async () => {
    const person = await relay.join({ oneTime: 0 })
    const oneTime = [...drawOneTimeKeys(3, 5), ...drawOneTimeKeys(1, 6)]
    const answer = await refill(relay, person, { signedId: 2, oneTime })
    expect([answer.status, answer.json]).toEqual([400, { error: 'Duplicate prekey ID: 6' }])
    expect(await drain(relay, person.id)).toEqual([])
  })

  test('obscura 37: an id that is stored keeps its key', async () => {
    const person = await relay.join({ oneTime: 1 })
    const answer = await refill(relay, person, { signedId: 2, oneTime: drawOneTimeKeys(2) })
    expect(answer.status).toBe(200)
    const left = await drain(relay, person.id)
    expect(left.map((key) => key.keyId)).toEqual([1, 2])
    expect(left[0]).toEqual(person.device.oneTime.map(oneTimeToJson)[0])
  })

  test.each([undefined, null])(
    'obscura 38: without an identity key (%s) the stored one verifies',
    async (identityKey) => {
      const person = await relay.join()
      const changes = identityKey === undefined ? {} : { identityKey }
      expect((await refill(relay, person, { ...changes, signedId: 2 })).status).toBe(200)
      const strange = drawSignedKey(drawIdentity(), 3)
      const answer = await refill(relay, person, { ...changes, signedId: 3, signed: strange })
      expect([answer.status, answer.json]).toEqual([400, { error: 'Invalid signature' }])
    },
  )

  test('the same upload twice is refused the second time', async () => {
    const person = await relay.join()
    const signed = drawSignedKey(person.device.identity, 2)
    expect((await refill(relay, person, { signedId: 2, signed })).status).toBe(200)
    expect((await refill(relay, person, { signedId: 2, signed })).status).toBe(400)
  })
})

describe('Bundles', () => {
  test('obscura 39: each fetch takes another one-time key, then there is null', async () => {
    const person = await relay.join({ oneTime: 5 })
    const keys = await drain(relay, person.id)
    expect(keys).toEqual(person.device.oneTime.map(oneTimeToJson))
    expect((await relay.bundle(person.id)).oneTimePreKey).toBeNull()
  })

  test('obscura 39: many at once get different keys, as long as there are any', async () => {
    const person = await relay.join({ oneTime: 40 })
    const bundles = await Promise.all(range(1, 50).map(() => relay.bundle(person.id)))
    const ids = bundles.flatMap((bundle) => bundle.oneTimePreKey?.keyId ?? [])
    expect(ids.toSorted((a, b) => a - b)).toEqual(range(1, 40))
  })

  test('obscura 40: an unknown user is 404, and what is no id is 400', async () => {
    const unknown = await relay.ask('GET', `/v1/keys/${randomUUID()}`)
    expect([unknown.status, unknown.json]).toEqual([404, { error: 'Not found' }])
    const wrong = await relay.ask('GET', '/v1/keys/somebody')
    expect([wrong.status, wrong.json]).toEqual([400, { error: 'Invalid user id' }])
  })

  test('members come in the contract’s order, and nothing keeps them', async () => {
    const person = await relay.join()
    const answer = await relay.ask('GET', `/v1/keys/${person.id}`)
    expect(Object.keys(answer.json as object)).toEqual([
      'registrationId',
      'identityKey',
      'signedPreKey',
      'oneTimePreKey',
    ])
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  test('past the target’s budget a bundle comes without a one-time key, and keeps the stock', async () => {
    await using strict = await RunningRelay.start({
      database: 'memory',
      flags: { 'prekey-burst': '3', 'prekey-refill-per-minute': '1' },
    })
    const [target, other] = await Promise.all([strict.join(), strict.join()])
    const ids = []
    for (let i = 0; i < 6; i++) ids.push((await strict.bundle(target.id)).oneTimePreKey?.keyId)
    expect(ids).toEqual([1, 2, 3, undefined, undefined, undefined])
    // The budget is the target's, whoever asks: another account has its own.
    expect((await strict.bundle(other.id)).oneTimePreKey?.keyId).toBe(1)
  })

  test('keys outlive a restart', async () => {
    await using first = await RunningRelay.start()
    const person = await first.join({ oneTime: 3 })
    await first.bundle(person.id)
    await first.stop()
    await using second = await RunningRelay.start({ folder: first.folder })
    expect((await drain(second, person.id)).map((key) => key.keyId)).toEqual([2, 3])
  })
})

// ------------------------------------------------------------------------------------------------- helpers

/** Obscura reference, Appendix B: made by libsignal. */
const vectors = [
  [
    'BRIuBFLcmaWLKjz8LOH2Qd/fUAkb6HYd08QJPmHyyFt1',
    'BRQXbveb7AMYG+cEA+N2Pfy5+y0uHV0xb1Sn5H0btkBG',
    'bPj8X9fUEfaZj8Xcx6RIqqNeDrWLqNAFYyglE8qwdffuOp374+L2/bvSXRSg8k9TqYO+NASmt0xQY5HMpmXIAA==',
  ],
  [
    'BY8nuEpx3Q/Z6dcZEoc06B7LopPjLII/RW7c9IkTwCRh',
    'BVnGOLxuBRVusSm8sHoeR2+4GWpsCEpR0ZKxB8NOvG16',
    'e30D/AeKDzmTbMrh2xVBDQrBydR8EbFimpX5L71Y4FAVGJ+vgONEB4QNwDx44M/+l80KMgt9vS5RREGWqC/hhQ==',
  ],
] as const

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}

/** The u-coordinate of a compressed Edwards point: u = (1 + y) / (1 - y) (RFC 7748 §4.1). */
function montgomery(point: Uint8Array): Uint8Array {
  const p = 2n ** 255n - 19n
  const bytes = Uint8Array.from(point)
  bytes[31] = (bytes[31] ?? 0) & 0x7f
  const y = BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
  const power = (base: bigint, exponent: bigint): bigint =>
    exponent === 0n
      ? 1n
      : (power((base * base) % p, exponent >> 1n) * (exponent & 1n ? base : 1n)) % p
  const u = ((1n + y) * power((p + 1n - y) % p, p - 2n)) % p
  return Uint8Array.from(Buffer.from(u.toString(16).padStart(64, '0'), 'hex')).reverse()
}
