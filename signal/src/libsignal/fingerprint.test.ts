import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matchesScanned, writeScannable } from '#fingerprint/scannable.ts'
import { safetyNumber } from '#fingerprint/safety-number.ts'
import { signAlternateIdentity, verifyAlternateIdentity } from '#keys/alternate-identity.ts'
import { generateCurveKeyPair } from '#keys/curve-key-pair.ts'
import { parseCurveKey, serializeCurveKey } from '#keys/serialized-key.ts'
import { libsignal, presence } from '#libsignal/oracle-for-tests.ts'
import { copy } from '#libsignal/oracle-stores-for-tests.ts'
import { codeOf, primitives, randomnessOf } from '#session/parties-for-tests.ts'

const oracle = libsignal as NonNullable<typeof libsignal>

describe.skipIf(libsignal === undefined)(`safety numbers as libsignal has them${presence}`, () => {
  const person = fc.record({
    stableId: fc.uint8Array({ maxLength: 40 }),
    seed: fc.string({ minLength: 1 }),
  })

  test('are equal, digits and codes, whatever ids, iterations and version', () => {
    const iterations = fc.integer({ min: 2, max: 30 })
    fc.assert(
      fc.property(person, person, iterations, fc.nat(9), (local, remote, count, version) => {
        const ours = generateCurveKeyPair(primitives, randomnessOf(local.seed)).publicKey
        const theirs = generateCurveKeyPair(primitives, randomnessOf(`${remote.seed}'`)).publicKey
        const number = safetyNumber(
          primitives,
          { identityKey: ours, stableId: local.stableId },
          { identityKey: theirs, stableId: remote.stableId },
          { version, iterations: count },
        )
        const expected = oracle.Fingerprint.new(
          count,
          version,
          copy(local.stableId),
          oracle.PublicKey.deserialize(copy(serializeCurveKey(ours))),
          copy(remote.stableId),
          oracle.PublicKey.deserialize(copy(serializeCurveKey(theirs))),
        )
        expect(number.digits).toBe(expected.displayableFingerprint().toString())
        expect(writeScannable(number.scannable)).toEqual(expected.scannableFingerprint().toBuffer())
      }),
      { numRuns: 30 },
    )
  })

  test('are equal with 5200 iterations', () => {
    const ours = oracle.PrivateKey.generate().getPublicKey()
    const theirs = oracle.PrivateKey.generate().getPublicKey()
    const id = copy(Buffer.from('someone'))
    const number = safetyNumber(
      primitives,
      { identityKey: parseCurveKey(ours.serialize()), stableId: id },
      { identityKey: parseCurveKey(theirs.serialize()), stableId: id },
    )
    const expected = oracle.Fingerprint.new(5200, 2, id, ours, id, theirs)
    expect(number.digits).toBe(expected.displayableFingerprint().toString())
  })

  test('are compared alike, changed in any byte', () => {
    const a = oracle.PrivateKey.generate().getPublicKey()
    const b = oracle.PrivateKey.generate().getPublicKey()
    const id = copy(Buffer.from('x'))
    const theirOurs = oracle.Fingerprint.new(2, 2, id, a, id, b).scannableFingerprint()
    const scanned = oracle.Fingerprint.new(2, 2, id, b, id, a).scannableFingerprint().toBuffer()
    const ours = safetyNumber(
      primitives,
      { identityKey: parseCurveKey(a.serialize()), stableId: id },
      { identityKey: parseCurveKey(b.serialize()), stableId: id },
      { iterations: 2 },
    ).scannable

    const here = (bytes: Uint8Array): string => {
      let isMatch = false
      const code = codeOf(() => {
        isMatch = matchesScanned(ours, bytes)
      })
      return code === 'nothing' ? String(isMatch) : code
    }
    const there = (bytes: Uint8Array): string => {
      try {
        return String(theirOurs.compare(oracle.ScannableFingerprint._fromBuffer(copy(bytes))))
      } catch (error) {
        return String(error).includes('version') ? 'fingerprint-version' : 'malformed'
      }
    }
    expect(here(scanned)).toBe('true')
    for (let i = 0; i <= scanned.length; i++) {
      expect(here(scanned.subarray(0, i))).toBe(there(scanned.subarray(0, i)))
      for (let bit = 1; bit < 256 && i < scanned.length; bit *= 2) {
        const changed = Uint8Array.from(scanned)
        changed[i] = (changed[i] as number) ^ bit
        expect(here(changed)).toBe(there(changed))
      }
    }
  })
})

describe.skipIf(libsignal === undefined)(
  `alternate identities as libsignal has them${presence}`,
  () => {
    test('are verified in both directions', () => {
      const random = randomnessOf('alternate')
      const own = generateCurveKeyPair(primitives, random)
      const other = generateCurveKeyPair(primitives, random)
      const theirOwn = oracle.IdentityKeyPair.generate()
      const theirOther = oracle.PublicKey.deserialize(copy(serializeCurveKey(other.publicKey)))
      expect(
        verifyAlternateIdentity(
          primitives,
          parseCurveKey(theirOwn.publicKey.serialize()),
          other.publicKey,
          theirOwn.signAlternateIdentity(theirOther),
        ),
      ).toBe(true)
      const signature = signAlternateIdentity(primitives, own.privateKey, other.publicKey, random)
      const theirView = oracle.PublicKey.deserialize(copy(serializeCurveKey(own.publicKey)))
      expect(theirView.verifyAlternateIdentity(theirOther, copy(signature))).toBe(true)
      expect(theirView.verifyAlternateIdentity(theirView, copy(signature))).toBe(false)
    })
  },
)
