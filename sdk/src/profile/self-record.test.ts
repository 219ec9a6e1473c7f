import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readSelf, type Self, writeSelf } from '#profile/self-record.ts'

const self: Self = {
  ed25519Seed: Uint8Array.from({ length: 32 }, (_, at) => at),
  registrationId: 0x1234,
  createdAtMillis: Date.UTC(2026, 0, 1),
}

test('a record that was written today reads the same for ever', () => {
  const record = writeSelf(self)
  expect(record.toHex()).toBe(
    '01000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f12340000019b76daa800',
  )
  expect(readSelf(record)).toEqual(self)
})

test('any owner is read back', () => {
  const owners = fc.record({
    ed25519Seed: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    registrationId: fc.integer({ min: 1, max: 0x3fff }),
    createdAtMillis: fc.maxSafeNat(),
  })
  fc.assert(
    fc.property(owners, (owner) => {
      expect(readSelf(writeSelf(owner))).toEqual(owner)
    }),
  )
})

test('the seed is a copy, also of bytes that stand in the middle of others', () => {
  const memory = Uint8Array.of(9, ...writeSelf(self), 9)
  const read = readSelf(memory.subarray(1, -1))
  memory.fill(0)
  expect(read).toEqual(self)
})

test('what nobody wrote is not read', () => {
  const record = writeSelf(self)
  for (let length = 0; length < record.length; length++) {
    expect(readSelf(record.subarray(0, length))).toBeUndefined()
  }
  const wrong = [
    Uint8Array.of(...record, 0),
    record.with(0, 0),
    record.with(0, 2),
    writeSelf({ ...self, registrationId: 0 }),
    writeSelf({ ...self, registrationId: 0x4000 }),
    record.with(35, 0xff),
  ]
  for (const each of wrong) expect(readSelf(each)).toBeUndefined()
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 43, maxLength: 43 }), (bytes) => {
      const read = readSelf(bytes)
      if (read !== undefined) expect(writeSelf(read)).toEqual(bytes)
    }),
  )
})
