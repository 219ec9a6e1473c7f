import { messageLadder } from '@sotto/veil/padding/padded-block'
import { expect, test } from 'vitest'
import { maxPieceBytes, paddedBytes, sealBytes } from '#relay/oblivious/request-sizes.ts'

/** More than method, path, headers and the members of the JSON take. */
const aroundBytes = 400

test('a sealed request has one of three sizes', () => {
  const sizes = new Set<number>()
  for (let length = 0; length < 140_000; length += 13) {
    const padded = paddedBytes(length)
    if (padded !== undefined) {
      expect(padded).toBeGreaterThanOrEqual(length)
      sizes.add(padded + sealBytes)
    }
  }
  expect([...sizes]).toEqual([8192, 65_536, 131_072])
  expect(paddedBytes(131_072 - sealBytes)).toBe(131_072 - sealBytes)
  expect(paddedBytes(131_073 - sealBytes)).toBeUndefined()
})

test('messages of each bucket fall on one, the first of a conversation on that of all others', () => {
  const sizeOf = (bucket: number): number | undefined => {
    const padded = paddedBytes(Math.ceil(bucket / 3) * 4 + aroundBytes)
    return padded && padded + sealBytes
  }
  expect(messageLadder.steps.slice(0, 9).map(sizeOf)).toEqual([
    8192,
    8192,
    8192,
    8192,
    65_536,
    65_536,
    65_536,
    131_072,
    undefined,
  ])
})

test('a piece of an attachment passes every forwarder', () => {
  expect(paddedBytes(maxPieceBytes + aroundBytes)).toBe(65_536 - sealBytes)
})
