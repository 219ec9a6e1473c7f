import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import {
  authResponse,
  credentials,
  oneTimePreKey,
  preKeyBundle,
  preKeyUpload,
  registrationRequest,
  signedPreKey,
} from '#door/obscura/schemas.ts'

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const publicKey = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((u) => Uint8Array.of(0x05, ...u))
const signature = fc.uint8Array({ minLength: 64, maxLength: 64 })
const signedKey = fc.record({ keyId: int32, publicKey, signature })
const oneTimeKey = fc.record({ keyId: int32, publicKey })

const signedJson = (key: { keyId: number; publicKey: Uint8Array; signature: Uint8Array }) => ({
  keyId: key.keyId,
  publicKey: base64(key.publicKey),
  signature: base64(key.signature),
})
const oneTimeJson = (key: { keyId: number; publicKey: Uint8Array }) => ({
  keyId: key.keyId,
  publicKey: base64(key.publicKey),
})

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** RFC 4648 §4, read strictly, with nobody's decoder. */
function strictBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined
  const padding = /(={0,2})$/.exec(text)?.[1]?.length ?? 0
  const digits = text
    .slice(0, text.length - padding)
    .split('')
    .map((digit) => alphabet.indexOf(digit))
  if (digits.includes(-1)) return undefined
  const bits = digits.map((digit) => digit.toString(2).padStart(6, '0')).join('')
  const whole = bits.slice(0, bits.length - (bits.length % 8))
  if (/1/.test(bits.slice(whole.length)) || bits.length - whole.length !== padding * 2)
    return undefined
  return Uint8Array.from(whole.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2))
}

describe('Base64', () => {
  const accepts = (text: string) => oneTimePreKey.safeParse({ keyId: 1, publicKey: text }).success
  const acceptsSignature = (text: string) =>
    signedPreKey.safeParse({
      keyId: 1,
      publicKey: base64(Uint8Array.of(5, ...new Uint8Array(32))),
      signature: text,
    }).success

  test('any text is a key only if it is 33 bytes, strictly encoded, that begin with 5', () => {
    const near = fc
      .tuple(
        publicKey,
        fc.nat(44),
        fc.constantFrom('', ' ', '\n', '=', '-', '_', '+', '/', 'A', 'ä', '\0'),
        fc.boolean(),
      )
      .map(([key, at, insert, replaces]) => {
        const text = base64(key)
        return text.slice(0, at) + insert + text.slice(at + (replaces ? 1 : 0))
      })
    fc.assert(
      fc.property(fc.oneof(fc.base64String({ maxLength: 60 }), near, fc.string()), (text) => {
        const bytes = strictBase64(text)
        expect(accepts(text)).toBe(bytes?.length === 33 && bytes[0] === 5)
      }),
      { numRuns: 1000 },
    )
  })

  test('a signature has one spelling: padding, and no stray bits behind it', () => {
    fc.assert(
      fc.property(signature, fc.constantFrom(...alphabet.split('')), (bytes, digit) => {
        const text = base64(bytes)
        expect(acceptsSignature(text)).toBe(true)
        expect(acceptsSignature(text.replaceAll('=', ''))).toBe(false)
        expect(acceptsSignature(text.slice(0, -1))).toBe(false)
        expect(acceptsSignature(`${text}=`)).toBe(false)
        const last = text.slice(0, 85) + digit + text.slice(86)
        expect(acceptsSignature(last)).toBe(strictBase64(last) !== undefined)
        const urlSafe = text.replaceAll('+', '-').replaceAll('/', '_')
        expect(acceptsSignature(urlSafe)).toBe(urlSafe === text)
      }),
    )
  })

  test('a key says what is wrong with it, and not what it was', () => {
    const problem = (text: string) =>
      oneTimePreKey
        .safeParse({ keyId: 1, publicKey: text })
        .error?.issues.map((issue) => issue.message)
    expect(problem('BQ==')).toEqual(['Invalid key length: 1 (expected 33 bytes with 0x05 prefix)'])
    expect(problem(base64(new Uint8Array(33)))).toEqual(['Invalid key prefix (expected 0x05)'])
    expect(problem('?')).toEqual(['Invalid base64'])
  })
})

describe('Requests', () => {
  test('what a client writes is what the relay reads', () => {
    const registration = fc.record({
      username: fc.string({ unit: 'binary' }),
      password: fc.string({ unit: 'binary' }),
      identityKey: publicKey,
      registrationId: int32,
      signedPreKey: signedKey,
      oneTimePreKeys: fc.array(oneTimeKey, { maxLength: 5 }),
    })
    fc.assert(
      fc.property(registration, fc.dictionary(fc.string(), fc.jsonValue()), (value, unknown) => {
        const json = {
          ...unknown,
          ...value,
          identityKey: base64(value.identityKey),
          signedPreKey: { ...signedJson(value.signedPreKey), more: 1 },
          oneTimePreKeys: value.oneTimePreKeys.map(oneTimeJson),
        }
        const parsed: unknown = JSON.parse(JSON.stringify(json))
        expect(registrationRequest.parse(parsed)).toEqual(value)
      }),
      { numRuns: 50 },
    )
  })

  test('an upload may leave out who it is from, or say null', () => {
    fc.assert(
      fc.property(
        signedKey,
        fc.array(oneTimeKey, { maxLength: 3 }),
        fc.option(publicKey),
        fc.option(int32),
        fc.boolean(),
        (signed, oneTime, identity, registrationId, leavesOut) => {
          const json = {
            signedPreKey: signedJson(signed),
            oneTimePreKeys: oneTime.map(oneTimeJson),
            ...(identity === null && leavesOut
              ? {}
              : { identityKey: identity && base64(identity) }),
            ...(registrationId === null && leavesOut ? {} : { registrationId }),
          }
          const parsed = preKeyUpload.parse(JSON.parse(JSON.stringify(json)))
          expect(parsed.identityKey ?? null).toEqual(identity)
          expect(parsed.registrationId ?? null).toEqual(registrationId)
          expect([parsed.signedPreKey, parsed.oneTimePreKeys]).toEqual([signed, oneTime])
        },
      ),
    )
  })

  test.each([1.5, 2 ** 31, -(2 ** 31) - 1, Number.NaN, Infinity, '1', null, true, {}])(
    '%s is no int32',
    (keyId) => {
      const publicKeyText = base64(Uint8Array.of(5, ...new Uint8Array(32)))
      expect(oneTimePreKey.safeParse({ keyId, publicKey: publicKeyText }).success).toBe(false)
    },
  )

  test('what is wrong is said in words', () => {
    const messages = credentials
      .safeParse({ username: 3 })
      .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    expect(messages).toEqual([
      'username: Invalid input: expected string, received number',
      'password: Invalid input: expected string, received undefined',
    ])
  })

  test('a member called __proto__ gives nobody its members', () => {
    const own: unknown = JSON.parse('{"__proto__":{"username":"a"},"password":"b"}')
    expect(credentials.safeParse(own).success).toBe(false)
  })
})

describe('Answers', () => {
  test('are what the document says', () => {
    expect(authResponse.parse({ token: 'a', refreshToken: 'b', expiresAt: 1 })).toBeDefined()
    const signed = { keyId: 1, publicKey: 'a', signature: 'b' }
    const bundle = { registrationId: 1, identityKey: 'a', signedPreKey: signed }
    expect(preKeyBundle.safeParse({ ...bundle, oneTimePreKey: null }).success).toBe(true)
    expect(preKeyBundle.safeParse(bundle).success).toBe(false)
  })
})
