import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { serializeCurveKey, serializeKyber } from '#keys/serialized-key.ts'
import { maxPrekeyId } from '#limits.ts'
import {
  firstPrekeyId,
  generateKyberPrekey,
  generateOneTimePrekeys,
  generateSignedPrekey,
  nextPrekeyId,
} from '#prekeys/prekeys.ts'
import { planRotation, refillCount } from '#prekeys/rotation.ts'
import {
  codeOf,
  dayMillis,
  nowMillis,
  primitives,
  randomnessOf,
  testDevice,
} from '#session/parties-for-tests.ts'

const { identity } = testDevice('prekeys').local

describe('prekeys', () => {
  test('are signed by the identity over the key with its type byte', () => {
    const random = randomnessOf('signed')
    const signed = generateSignedPrekey(primitives, identity, 7, nowMillis, random)
    const options = { id: 8, nowMillis, isLastResort: true }
    const kyber = generateKyberPrekey(primitives, identity, options, random)
    const verifies = (key: Uint8Array, signature: Uint8Array) =>
      primitives.verifyXeddsa(identity.publicKey, key, signature)
    expect(verifies(serializeCurveKey(signed.keyPair.publicKey), signed.signature)).toBe(true)
    expect(verifies(signed.keyPair.publicKey, signed.signature)).toBe(false)
    expect(verifies(serializeKyber(kyber.keyPair.publicKey), kyber.signature)).toBe(true)
    expect(signed).toMatchObject({ id: 7, createdAtMillis: nowMillis })
    expect(kyber).toMatchObject({ id: 8, createdAtMillis: nowMillis, isLastResort: true })
  })

  test('of one batch are all different, and their ids go round', () => {
    const batch = generateOneTimePrekeys(primitives, maxPrekeyId - 1, 4, randomnessOf('batch'))
    expect(batch.map(({ id }) => id)).toEqual([maxPrekeyId - 1, maxPrekeyId, 1, 2])
    const keys = new Set(batch.map(({ keyPair }) => String(keyPair.publicKey)))
    expect(keys.size).toBe(4)
  })

  test('have ids of 24 bits', () => {
    expect(nextPrekeyId(1)).toBe(2)
    expect(nextPrekeyId(maxPrekeyId)).toBe(1)
    expect(firstPrekeyId((length) => new Uint8Array(length))).toBe(1)
    expect(firstPrekeyId((length) => new Uint8Array(length).fill(0xff))).toBe(maxPrekeyId)
    expect(firstPrekeyId(() => Uint8Array.of(1, 2, 3))).toBe(0x010203)
    const random = randomnessOf('ids')
    for (const id of [0, maxPrekeyId]) {
      expect(generateSignedPrekey(primitives, identity, id, nowMillis, random).id).toBe(id)
    }
    for (const id of [-1, maxPrekeyId + 1, 1.5, Number.NaN]) {
      const make = [
        () => generateSignedPrekey(primitives, identity, id, nowMillis, random),
        () => generateOneTimePrekeys(primitives, id, 1, random),
        () =>
          generateKyberPrekey(primitives, identity, { id, nowMillis, isLastResort: false }, random),
      ]
      for (const each of make) expect(codeOf(each)).toBe('invalid-argument')
    }
  })
})

describe('rotation', () => {
  const made = (id: number, daysAgo: number) => ({
    id,
    createdAtMillis: nowMillis - daysAgo * dayMillis,
  })

  test('begins with the first key', () => {
    expect(planRotation([], nowMillis)).toEqual({ isDue: true, expiredIds: [] })
  })

  test.each([
    [0, false],
    [1.99, false],
    [2, true],
    [400, true],
    // A clock that ran ahead.
    [-1, true],
  ])('of a key that is %d days old: due is %s', (days, isDue) => {
    expect(planRotation([made(1, days)], nowMillis).isDue).toBe(isDue)
  })

  test('keeps a key for 30 days after its successor was made', () => {
    const keys = [made(1, 33), made(2, 30.01), made(3, 30), made(4, 1)]
    expect(planRotation(keys, nowMillis).expiredIds).toEqual([1])
    expect(planRotation(keys, nowMillis + dayMillis).expiredIds).toEqual([2, 1])
    expect(planRotation(keys.toReversed(), nowMillis).expiredIds).toEqual([1])
  })

  test('never throws the newest away', () => {
    const keys = fc.array(fc.record({ id: fc.nat(1000), createdAtMillis: fc.nat(2 * nowMillis) }), {
      minLength: 1,
    })
    fc.assert(
      fc.property(keys, (list) => {
        const unique = list.map((key, id) => ({ ...key, id }))
        const newest = unique.toSorted((a, b) => b.createdAtMillis - a.createdAtMillis)[0]
        expect(planRotation(unique, nowMillis).expiredIds).not.toContain(newest?.id)
      }),
    )
  })

  test('refills to 100 when fewer than 20 are left', () => {
    expect([0, 19, 20, 100].map(refillCount)).toEqual([100, 81, 0, 0])
  })
})
