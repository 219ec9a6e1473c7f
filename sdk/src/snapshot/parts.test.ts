import { identityFromSeed } from '@sotto/signal'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fakeRandomness } from '#ports/fake-randomness.ts'
import { forgedPart, sealForOwner } from '#snapshot/forged-for-tests.ts'
import {
  joinParts,
  mostParts,
  mostPieceBytes,
  mostSnapshotBytes,
  openPart,
  type Part,
  sealPart,
  splitSnapshot,
} from '#snapshot/parts.ts'
import { primitives } from '#vault/vault-for-tests.ts'

const random = fakeRandomness('parts')
const owner = { primitives, random, identity: identityFromSeed(primitives, random(32)) }
const other = { primitives, random, identity: identityFromSeed(primitives, random(32)) }
const snapshot = random(100)
const counter = Date.UTC(2026, 0, 1)

function onlyPart(bytes: Uint8Array = snapshot): Part {
  const [part, ...others] = splitSnapshot(owner, counter, bytes)
  if (part === undefined || others.length > 0) throw new Error('there is one')
  return part
}

describe('a snapshot', () => {
  test('of any size is split and joined again, in any order', () => {
    const length = fc.integer({ min: 0, max: 3 * mostPieceBytes + 5 })
    fc.assert(
      fc.property(length, (bytes) => {
        const whole = random(bytes)
        const parts = splitSnapshot(owner, counter, whole)
        expect(parts).toHaveLength(Math.max(1, Math.ceil(bytes / mostPieceBytes)))
        expect(joinParts(owner, parts.toReversed())).toEqual(whole)
      }),
      { numRuns: 20 },
    )
  })

  test('is not joined when a part is missing, or is of another one', () => {
    const parts = splitSnapshot(owner, counter, random(3 * mostPieceBytes))
    const [first, second, third] = parts
    if (!first || !second || !third) throw new Error('there are three')
    const piece = random(mostPieceBytes)
    expect(joinParts(owner, [])).toBeUndefined()
    expect(joinParts(owner, [first, third])).toBeUndefined()
    expect(joinParts(owner, [first, first, third])).toBeUndefined()
    expect(joinParts(owner, [first, { ...second, piece }, third])).toBeUndefined()
    expect(joinParts(owner, [first, second, third])).toBeDefined()
  })

  test('that is too large is refused', () => {
    expect(splitSnapshot(owner, counter, new Uint8Array(mostSnapshotBytes))).toHaveLength(mostParts)
    const tooLarge = new Uint8Array(mostSnapshotBytes + 1)
    expect(() => splitSnapshot(owner, counter, tooLarge)).toThrow(RangeError)
  })
})

describe('a sealed part', () => {
  test('is as long as a step of the ladder, and opens to what it was', async () => {
    for (const [length, envelope] of [
      [10, 512],
      [5000, 8192],
      [mostPieceBytes, 32_768],
    ] as const) {
      const part = onlyPart(random(length))
      const sealed = await sealPart(owner, part)
      expect(sealed).toHaveLength(envelope)
      expect(await openPart(owner, sealed)).toEqual(part)
    }
  })

  test('that was sealed today opens for ever', async () => {
    const known = {
      primitives,
      identity: identityFromSeed(primitives, new Uint8Array(32).fill(7)),
      random: (length: number) => new Uint8Array(length).fill(9),
    }
    const [part] = splitSnapshot(known, 5, new TextEncoder().encode('{"contacts":[]}'))
    if (part === undefined) throw new Error('there is one')
    const sealed = await sealPart(known, part)
    expect(primitives.sha256(sealed).toHex()).toBe(
      '005c7745a8a3890a20f2f4dc4911083df7b7c5f58c1104c42a3d24c628a88547',
    )
  })

  test('opens for nobody else, and with no bit changed', async () => {
    const sealed = await sealPart(owner, onlyPart())
    expect(await openPart(other, sealed)).toBeUndefined()
    for (let at = 0; at < sealed.length; at += 13) {
      expect(await openPart(owner, sealed.with(at, (sealed[at] ?? 0) ^ 1))).toBeUndefined()
    }
  })

  test('cannot be made by somebody who knows the address and the public key, whatever they put in', async () => {
    const key = primitives.hkdfSha256(
      undefined,
      owner.identity.ed25519Seed,
      new TextEncoder().encode('sotto snapshot mac v1'),
      32,
    )
    const macOf = (bytes: Uint8Array): Uint8Array => primitives.hmacSha256(key, bytes)
    // With the right key the same bytes are a part, so that nothing else keeps the stranger out.
    const right = await forgedPart(owner, counter, snapshot, macOf)
    expect((await openPart(owner, right))?.piece).toEqual(snapshot)
    const wrong = [
      () => random(32),
      () => new Uint8Array(32),
      (bytes: Uint8Array) => primitives.hmacSha256(other.identity.ed25519Seed, bytes),
      (bytes: Uint8Array) => macOf(bytes).with(31, 1 ^ (macOf(bytes)[31] ?? 0)),
    ]
    for (const mac of wrong) {
      const forged = await forgedPart(owner, counter, snapshot, mac)
      expect(await openPart(owner, forged)).toBeUndefined()
    }
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        expect(await openPart(owner, await sealForOwner(owner, bytes))).toBeUndefined()
      }),
      { numRuns: 50 },
    )
  })

  test('that says what cannot be is refused, though its owner has sealed it', async () => {
    const part = onlyPart()
    const wrong: readonly Partial<Part>[] = [
      { index: 1 },
      { count: 0 },
      { count: mostParts + 1 },
      { counter: 2 ** 60 },
    ]
    for (const change of wrong) {
      expect(await openPart(owner, await sealPart(owner, { ...part, ...change }))).toBeUndefined()
    }
    const larger = await sealPart(owner, { ...part, piece: random(mostPieceBytes + 1) })
    expect(await openPart(owner, larger)).toBeUndefined()
  })

  test('is refused when it is no envelope at all', async () => {
    for (const length of [0, 1, 100, 512, 32_768, 65_536]) {
      expect(await openPart(owner, random(length))).toBeUndefined()
    }
  })
})
