import { deserialize } from 'node:v8'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  callOperation,
  checksumOf,
  fleeting,
  packOperation,
  packedBytes,
  readBatch,
  shareMemory,
  type Operation,
} from '#store/sqlite/batch.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const number = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
const place = fc.oneof(
  fc.record({
    mailbox: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    address: fc.constant(undefined),
  }),
  fc.record({ mailbox: fc.constant(fleeting), address: bytes(32) }),
)
const fields = fc.record({
  sequence: number,
  acceptedAtMillis: number,
  expiresAtMillis: number,
  kind: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  id: bytes(16),
  sender: fc.option(fc.uint8Array({ minLength: 1, maxLength: 64 }), { nil: undefined }),
  body: fc.uint8Array({ maxLength: 300 }),
})
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({
    kind: fc.constant('deposit' as const),
    record: fc.tuple(fields, place).map(([rest, where]) => ({ ...rest, ...where })),
    evicted: fc.array(number, { maxLength: 5 }),
  }),
  fc.record({
    kind: fc.constant('remove' as const),
    sequences: fc.array(number, { maxLength: 20 }),
  }),
  fc
    .record({ program: fc.string(), input: fc.jsonValue() })
    .map((call) =>
      callOperation({ ...call, input: { json: call.input, bytes: Uint8Array.of(1) } }),
    ),
)

test('a batch is read as it was written, in its order', () => {
  const shared = shareMemory(new SharedArrayBuffer(65_536))
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 20 }), (operations) => {
      let end = 0
      for (const each of operations) {
        const next = packOperation(shared, end, each)
        expect(next - end).toBe(packedBytes(each))
        end = next
      }
      let position = 0
      readBatch(shared, end, (work) => {
        const given = operations[position++]
        expect(work.kind).toBe(given?.kind)
        if (work.kind === 'call') {
          expect(given?.kind === 'call' && deserialize(given.call)).toEqual(work.call)
        } else if (work.kind === 'remove') {
          expect(work).toEqual(given as typeof work)
        } else {
          const { checksum, ...rest } = work
          expect(structuredClone(rest)).toEqual(given as typeof rest)
          expect(checksum).toBe(checksumOf(work.record))
        }
      })
      expect(position).toBe(operations.length)
    }),
  )
})

test('the checksum covers every field and every bit of a body', () => {
  const record = {
    sequence: 1,
    mailbox: 2,
    address: undefined,
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
    { mailbox: fleeting, address: new Uint8Array(32).fill(2) },
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
  const address = new Uint8Array(32).fill(2)
  const other = new Uint8Array(32).fill(3)
  expect(checksumOf({ ...record, mailbox: fleeting, address })).not.toBe(
    checksumOf({ ...record, mailbox: fleeting, address: other }),
  )
  for (let bit = 0; bit < 64 * 8; bit++) {
    const body = record.body.slice()
    body[bit >> 3] = (body[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    expect(checksumOf({ ...record, body })).not.toBe(checksumOf(record))
  }
})

test('a call takes what its views see, not all the memory that they look into', () => {
  const frame = new Uint8Array(1_000_000).fill(7)
  const input = { bodies: [frame.subarray(10, 30)], id: Buffer.from(frame.buffer, 5, 16) }
  const operation = callOperation({ program: 'x', input })
  expect(packedBytes(operation)).toBeLessThan(1000)
  if (operation.kind !== 'call') throw new TypeError('not a call')
  const { input: read } = deserialize(operation.call) as { input: typeof input }
  expect(read.bodies.map((body) => [...body])).toEqual([Array.from({ length: 20 }, () => 7)])
  expect([...read.id]).toEqual(Array.from({ length: 16 }, () => 7))
})
