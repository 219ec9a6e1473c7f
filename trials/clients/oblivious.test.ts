import { expect, test } from 'vitest'
import { writeEnvelope } from '#clients/oblivious.ts'

test.each([
  [0, 256],
  [252, 256],
  [253, 512],
  [509, 1024],
  [1021, 4096],
  [4092, 4096],
  [4093, 4352],
  [5116, 5120],
  [5117, 5376],
])('an envelope around %i bytes has %i', (bytes, size) => {
  const block = writeEnvelope(Buffer.alloc(bytes, 'x'))
  expect(block.length).toBe(size)
  expect(block.readUInt32BE(0)).toBe(bytes)
  expect(block.subarray(4, 4 + bytes).toString()).toBe('x'.repeat(bytes))
})
