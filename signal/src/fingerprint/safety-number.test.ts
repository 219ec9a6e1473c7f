import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { safetyNumber, type Fingerprinted } from '#fingerprint/safety-number.ts'
import { matchesScanned, writeScannable } from '#fingerprint/scannable.ts'
import { codeOf, flipped, fromHex, primitives, toHex } from '#session/parties-for-tests.ts'

function person(id: string, keyHex: string): Fingerprinted {
  return { stableId: new TextEncoder().encode(id), identityKey: fromHex(keyHex) }
}

const first = person(
  '+14152222222',
  '06863bc66d02b40d27b8d49ca7c09e9239236f9d7d25d6fcca5ce13c7064d868',
)
const second = person(
  '+14153333333',
  'f781b6fb32fed9ba1cf2de978d4d5da28dc34046ae814402b5c0dbd96fda907b',
)
const a = person('a', '07a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c7c')
const b = person('b', '5714769d116bf76436ae74bc793d2c30ad1903c59ac5273805c7e2698b410c36')
const quick = { iterations: 2 }

describe('a safety number', () => {
  test('is the recorded one after 5200 iterations, as it is if nothing else is said', () => {
    const number = safetyNumber(primitives, first, second)
    expect(number.digits).toBe('300354477692869396892869876765458257569162576843440918079131')
    expect(toHex(writeScannable(number.scannable))).toBe(
      '080212220a201e301a0353dce3dbe7684cb8336e85136cdc0ee96219494ada305d62a7bd61df' +
        '1a220a20d62cbf73a11592015b6b9f1682ac306fea3aaf3885b84d12bca631e9d4fb3a4d',
    )
  })

  test('is the recorded one after 2', () => {
    const number = safetyNumber(primitives, a, b, { ...quick, version: 2 })
    expect(number.digits).toBe('722650495803155644447907981050842699037058065693455113697930')
    expect(toHex(writeScannable(number.scannable))).toBe(
      '080212220a20b50c0d622df3335d11e27650253ab129d21ce9c191159b352091c6b65c8aebcb' +
        '1a220a20b3434d1989044913d23eacc9a363733db5c4955c2001ea32a735d6648eba552c',
    )
  })

  test('is the same on both sides, and the codes match', () => {
    const anyPerson = fc.record({
      identityKey: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      stableId: fc.uint8Array({ maxLength: 40 }),
    })
    fc.assert(
      fc.property(anyPerson, anyPerson, fc.integer({ min: 2, max: 20 }), (x, y, iterations) => {
        const here = safetyNumber(primitives, x, y, { iterations })
        const there = safetyNumber(primitives, y, x, { iterations })
        expect(here.digits).toMatch(/^[0-9]{60}$/u)
        expect(there.digits).toBe(here.digits)
        expect(matchesScanned(here.scannable, writeScannable(there.scannable))).toBe(true)
        expect(matchesScanned(there.scannable, writeScannable(here.scannable))).toBe(true)
      }),
    )
  })

  test('is another one with another key or id; the version is not in the digits', () => {
    const { digits } = safetyNumber(primitives, a, b, quick)
    const otherKey = { ...b, identityKey: flipped(b.identityKey, 31) }
    const otherId = { ...b, stableId: flipped(b.stableId, 0) }
    expect(safetyNumber(primitives, a, otherKey, quick).digits).not.toBe(digits)
    expect(safetyNumber(primitives, a, otherId, quick).digits).not.toBe(digits)
    expect(safetyNumber(primitives, a, b, { iterations: 3 }).digits).not.toBe(digits)
    expect(safetyNumber(primitives, a, b, { ...quick, version: 0 }).digits).toBe(digits)
  })

  test.each([-1, 0, 1, 1.5, Number.NaN, 1_000_001])('takes no %d iterations', (iterations) => {
    expect(() => safetyNumber(primitives, a, b, { iterations })).toThrow(RangeError)
  })

  test('takes a million iterations', () => {
    let hashes = 0
    const digest = new Uint8Array(64)
    const quickly = {
      ...primitives,
      sha512: (): Uint8Array => {
        hashes++
        return digest
      },
    }
    safetyNumber(quickly, a, b, { iterations: 1_000_000 })
    expect(hashes).toBe(2_000_000)
  })
})

describe('a code that was scanned', () => {
  const ours = safetyNumber(primitives, a, b, quick).scannable
  const theirs = writeScannable(safetyNumber(primitives, b, a, quick).scannable)

  test('does not match with its own', () => {
    expect(matchesScanned(ours, writeScannable(ours))).toBe(false)
  })

  test('does not match with any byte of a hash changed', () => {
    const hashes = [...theirs.keys()].filter((i) => (i >= 6 && i < 38) || i >= 42)
    expect(hashes).toHaveLength(64)
    for (const i of hashes) expect(matchesScanned(ours, flipped(theirs, i))).toBe(false)
  })

  test.each([
    ['fingerprint-version', 'another version', `0801${toHex(theirs).slice(4)}`],
    ['fingerprint-version', 'no version', toHex(theirs).slice(4)],
    ['fingerprint-version', 'another version and no hashes', '0801'],
    ['fingerprint-version', 'nothing', ''],
    ['malformed', 'no hashes', '0802'],
    ['malformed', 'empty hashes', '080212001a00'],
    ['malformed', 'no remote hash', `08021222${toHex(theirs.subarray(4, 38))}`],
    ['malformed', 'no local hash', `0802${toHex(theirs.subarray(38))}`],
    ['malformed', 'garbage', 'ff'],
  ])('is refused as %s with %s', (code, _, hex) => {
    expect(codeOf(() => matchesScanned(ours, fromHex(hex)))).toBe(code)
  })

  test('matches with fields that nobody knows', () => {
    const [local, remote] = [theirs.subarray(4, 38), theirs.subarray(40)].map(toHex)
    const unknown = 'ba0103616263'
    expect(`08021222${local}1a22${remote}`).toBe(toHex(theirs))
    const more = `${unknown}08021228${local}${unknown}1a28${unknown}${remote}${unknown}`
    expect(matchesScanned(ours, fromHex(more))).toBe(true)
  })

  test('with hashes of another length does not match', () => {
    expect(matchesScanned(ours, fromHex('080212030a01aa1a030a01bb'))).toBe(false)
  })

  test('is refused with nothing but errors of its own', () => {
    const codes = ['nothing', 'malformed', 'fingerprint-version']
    for (let i = 0; i < theirs.length; i++) {
      expect(codeOf(() => matchesScanned(ours, theirs.subarray(0, i)))).not.toBe('nothing')
      for (const bit of [1, 0x80]) {
        const changed = flipped(theirs, i, bit)
        expect(codes).toContain(codeOf(() => matchesScanned(ours, changed)))
        let isMatch = false
        try {
          isMatch = matchesScanned(ours, changed)
        } catch {}
        expect(isMatch).toBe(false)
      }
    }
  })
})
