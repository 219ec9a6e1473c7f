/**
 * @module Formats and signatures of keys, on registration and on upload (obscura reference §1.4, behaviours 20–25).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import {
  base64,
  deviceToJson,
  drawDevice,
  drawIdentity,
  drawPublicKey,
  drawSignedKey,
  serialized,
  signedToJson,
  type SignedKey,
} from '#door/obscura/contract/keys-for-tests.ts'
import { refill } from '#door/obscura/contract/refill-for-tests.ts'
import { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'

let relay: RunningRelay
beforeAll(async () => {
  relay = await RunningRelay.start()
})
afterAll(() => relay[Symbol.asyncDispose]())

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
    const body = registrationOf(
      randomUUID(),
      identity.publicKey,
      drawSignedKey(identity, 1, (key) => key.subarray(1)),
    )
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
    const signed = {
      ...drawSignedKey(person.device.identity, 2),
      signature: new Uint8Array(length),
    }
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
    expect((await relay.bundle(person.id)).oneTimePreKey).toEqual({
      keyId: -1,
      publicKey: base64(publicKey),
    })
  })
})

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
