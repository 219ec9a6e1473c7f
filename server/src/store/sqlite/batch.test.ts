import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  checksumOf,
  packBatch,
  packedBytes,
  unpackBatch,
  type Operation,
} from '#store/sqlite/batch.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const number = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({
    kind: fc.constant('deposit' as const),
    record: fc.record({
      sequence: number,
      mailbox: number,
      acceptedAtMillis: number,
      expiresAtMillis: number,
      kind: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      id: bytes(16),
      sender: fc.option(fc.uint8Array({ minLength: 1, maxLength: 64 }), { nil: undefined }),
      body: fc.uint8Array({ maxLength: 300 }),
    }),
    evicted: fc.array(number, { maxLength: 5 }),
  }),
  fc.record({
    kind: fc.constant('remove' as const),
    sequences: fc.array(number, { maxLength: 20 }),
  }),
  fc.record({
    kind: fc.constant('call' as const),
    call: fc.record({ program: fc.string(), input: fc.anything() }),
  }),
)

test('a batch is read as it was written, in its order', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 20 }), (operations) => {
      const batch = packBatch(operations)
      expect(batch.packed.byteLength).toBe(
        operations.reduce((sum, each) => sum + packedBytes(each), 0),
      )
      const read = [...unpackBatch(batch)]
      expect(read.map(({ kind }) => kind)).toEqual(operations.map(({ kind }) => kind))
      for (const [i, work] of read.entries()) {
        if (work.kind !== 'deposit') {
          expect(work).toEqual(operations[i] as typeof work)
          continue
        }
        const { checksum, ...rest } = work
        expect(rest).toEqual(operations[i] as typeof rest)
        expect(checksum).toBe(checksumOf(work.record))
      }
    }),
  )
})

test('the checksum covers every field and every bit of a body', () => {
  const record = {
    sequence: 1,
    mailbox: 2,
    acceptedAtMillis: 3,
    expiresAtMillis: 4,
    kind: 5,
    id: new Uint8Array(16).fill(6),
    sender: new Uint8Array(16).fill(7),
    body: new Uint8Array(64).fill(8),
  }
  const changes = [
    { sequence: 2 },
    { mailbox: 3 },
    { acceptedAtMillis: 4 },
    { expiresAtMillis: 5 },
    { kind: 6 },
    { id: new Uint8Array(16).fill(7) },
    { sender: undefined },
    // The same bytes in another place are another record.
    { sender: undefined, body: new Uint8Array([...record.sender, ...record.body]) },
  ]
  for (const change of changes) {
    expect(checksumOf({ ...record, ...change })).not.toBe(checksumOf(record))
  }
  for (let bit = 0; bit < 64 * 8; bit++) {
    const body = record.body.slice()
    body[bit >> 3] = (body[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    expect(checksumOf({ ...record, body })).not.toBe(checksumOf(record))
  }
})
