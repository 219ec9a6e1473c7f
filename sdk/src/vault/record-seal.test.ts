import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fakeRandomness } from '#ports/fake-randomness.ts'
import { openRecord, type RecordPlace, sealBytes, sealRecord } from '#vault/record-seal.ts'
import { primitives } from '#vault/vault-for-tests.ts'

const dataKey = new Uint8Array(32).fill(7)
const place: RecordPlace = { collection: 'notes', id: 'a' }
const value = new TextEncoder().encode('a note')
const seal = (random = fakeRandomness('seal')): Uint8Array =>
  sealRecord(primitives, dataKey, random, place, value)

test('a record that was sealed today opens for ever', () => {
  const record = seal()
  expect(record.toHex()).toBe(
    '0133a3ebaea4e8b48f16fb9ba7f6c04d6a49e97de8201eecb9' +
      '1c92787b8d7516b15d8a437d6bf7735455cf903c28c2',
  )
  expect(openRecord(primitives, dataKey, place, record)).toEqual(value)
})

test('the layout is as it is written down', () => {
  const drawn = new Uint8Array(24).fill(9)
  const record = seal(() => Uint8Array.from(drawn))
  const label = new TextEncoder().encode('sotto vault record v1')
  const key = primitives.hmacSha256(dataKey, label, drawn)
  const associated = new TextEncoder().encode('notes\0a')
  const sealed = primitives.chaCha20Poly1305.seal(key, new Uint8Array(12), value, associated)
  expect(record).toEqual(Uint8Array.of(1, ...drawn, ...sealed))
  expect(record.length).toBe(value.length + sealBytes)
})

test('any value opens at its place, and nowhere else', () => {
  const word = fc.constantFrom('notes', 'note', 'contacts')
  const id = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '~'), maxLength: 3 })
  const bytes = fc.uint8Array({ maxLength: 300 })
  fc.assert(
    fc.property(
      word,
      id,
      word,
      id,
      bytes,
      fc.string(),
      (collection, own, other, foreign, text, seed) => {
        const at = { collection, id: own }
        const record = sealRecord(primitives, dataKey, fakeRandomness(seed), at, text)
        expect(openRecord(primitives, dataKey, at, record)).toEqual(text)
        const elsewhere = openRecord(
          primitives,
          dataKey,
          { collection: other, id: foreign },
          record,
        )
        const isSame = collection === other && own === foreign
        expect(elsewhere).toEqual(isSame ? text : undefined)
      },
    ),
  )
})

test('the same value is sealed with another key each time', () => {
  const random = fakeRandomness('again')
  const records = Array.from({ length: 100 }, () => seal(random))
  expect(new Set(records.map((record) => record.subarray(1, 25).toHex())).size).toBe(100)
  expect(new Set(records.map((record) => record.subarray(25).toHex())).size).toBe(100)
})

test('a record of which any bit is changed does not open', () => {
  const record = seal()
  for (const at of record.keys()) {
    for (let bit = 0; bit < 8; bit++) {
      const changed = Uint8Array.from(record)
      changed[at] = (changed[at] ?? 0) ^ (1 << bit)
      expect([at, bit, openRecord(primitives, dataKey, place, changed)]).toEqual([
        at,
        bit,
        undefined,
      ])
    }
  }
})

test('a record that is too short, too long or of chance does not open', () => {
  const record = seal()
  for (let length = 0; length < record.length; length++) {
    expect(openRecord(primitives, dataKey, place, record.subarray(0, length))).toBeUndefined()
  }
  expect(openRecord(primitives, dataKey, place, Uint8Array.of(...record, 0))).toBeUndefined()
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(openRecord(primitives, dataKey, place, bytes)).toBeUndefined()
      expect(openRecord(primitives, dataKey, place, Uint8Array.of(1, ...bytes))).toBeUndefined()
    }),
  )
})

test('another data key does not open it', () => {
  expect(openRecord(primitives, new Uint8Array(32).fill(8), place, seal())).toBeUndefined()
})

test("the record's key is wiped once it was used, whether the record opens or not", () => {
  const keys: Uint8Array[] = []
  const watching = {
    ...primitives,
    hmacSha256: (key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array => {
      const derived = primitives.hmacSha256(key, ...parts)
      keys.push(derived)
      return derived
    },
  }
  const record = sealRecord(watching, dataKey, fakeRandomness('wipe'), place, value)
  expect(openRecord(watching, dataKey, place, record)).toEqual(value)
  expect(openRecord(watching, dataKey, { ...place, id: 'b' }, record)).toBeUndefined()
  expect(keys).toEqual([new Uint8Array(32), new Uint8Array(32), new Uint8Array(32)])
  expect(dataKey).toEqual(new Uint8Array(32).fill(7))
})

test('a source of chance that gives too little is refused', () => {
  expect(() => seal((length) => new Uint8Array(length - 1))).toThrow('got 23 bytes of 24')
})
