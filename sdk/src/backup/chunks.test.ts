import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { byteQueue } from '#backup/byte-queue.ts'
import { concatenate, gather, inPieces } from '#backup/backups-for-tests.ts'
import { chunkBytes, type ChunkSeal, openChunks, sealChunks } from '#backup/chunks.ts'
import { fakeRandomness } from '#ports/fake-randomness.ts'
import { refuses } from '#storage/contract.ts'
import { primitives } from '#vault/vault-for-tests.ts'

const random = fakeRandomness('chunks')
const seal: ChunkSeal = { primitives, key: random(32), header: random(72) }
const sealedBytes = chunkBytes + 16

const sealAll = (plaintext: Uint8Array, size?: number): Promise<Uint8Array> =>
  gather(sealChunks(seal, inPieces(plaintext, size)))
const openAll = (sealed: Uint8Array, size?: number): Promise<Uint8Array> =>
  gather(openChunks(seal, inPieces(sealed, size)))

describe('chunks', () => {
  test.each([
    [1, 17],
    [chunkBytes - 1, chunkBytes + 15],
    [chunkBytes, sealedBytes],
    [chunkBytes + 1, sealedBytes + 17],
    [3 * chunkBytes, 3 * sealedBytes],
  ])('of %i bytes take %i, and open to what they were', async (length, sealedLength) => {
    const plaintext = random(length)
    const sealed = await sealAll(plaintext)
    expect(sealed).toHaveLength(sealedLength)
    expect(await openAll(sealed)).toEqual(plaintext)
  })

  test('are the same in whatever pieces their content comes, and open in any', async () => {
    const plaintext = random(2 * chunkBytes + 123)
    const sealed = await sealAll(plaintext)
    const size = fc.integer({ min: 1, max: 4 * chunkBytes })
    await fc.assert(
      fc.asyncProperty(size, size, async (written, read) => {
        expect(await sealAll(plaintext, Math.max(written, 500))).toEqual(sealed)
        expect(await openAll(sealed, Math.max(read, 500))).toEqual(plaintext)
      }),
      { numRuns: 10 },
    )
  })

  test('that were written today open for ever', async () => {
    const known = {
      primitives,
      key: new Uint8Array(32).fill(1),
      header: new Uint8Array(3).fill(2),
    }
    const sealed = await gather(sealChunks(known, inPieces(Uint8Array.of(1, 2, 3))))
    expect(sealed.toHex()).toBe('145a830eafb9d7308ac641f13b22fdbe863178')
  })

  test('do not open with one bit changed, or under another key or header', async () => {
    const sealed = await sealAll(random(chunkBytes + 10))
    for (const at of [0, 70, chunkBytes, sealedBytes - 1, sealedBytes, sealed.length - 1]) {
      await refuses(() => openAll(sealed.with(at, (sealed[at] ?? 0) ^ 1)), 'backup-damaged')
    }
    const others = [
      { ...seal, key: random(32) },
      { ...seal, header: random(72) },
    ]
    for (const other of others) {
      await refuses(() => gather(openChunks(other, inPieces(sealed))), 'backup-damaged')
    }
  })

  test('do not open when some are missing, changed places, came twice, or something is behind them', async () => {
    const sealed = await sealAll(random(3 * chunkBytes + 10))
    const [a, b, c, last] = [0, 1, 2, 3].map((at) =>
      sealed.subarray(at * sealedBytes, (at + 1) * sealedBytes),
    )
    if (!a || !b || !c || !last) throw new Error('there are four')
    const wrong = [
      [],
      [a],
      [a, b],
      [a, b, c],
      [last],
      [b, c, last],
      [a, c, last],
      [b, a, c, last],
      [a, b, b, c, last],
      [a, b, c, last, last],
      [a, b, c, last, Uint8Array.of(0)],
      [a, b, c, last.subarray(0, 16)],
      [a, b, c, last.subarray(0, 20)],
    ]
    for (const pieces of wrong) {
      await refuses(() => openAll(concatenate(pieces)), 'backup-damaged')
    }
    expect(await openAll(concatenate([a, b, c, last]))).toHaveLength(3 * chunkBytes + 10)
  })
})

test('a queue gives back what was put in, in order, however it is cut', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 20 })
  fc.assert(
    fc.property(pieces, fc.array(fc.nat(30)), (put, takes) => {
      const queue = byteQueue()
      for (const piece of put) queue.push(piece)
      const taken: Uint8Array[] = []
      for (const count of takes) taken.push(queue.take(Math.min(count, queue.length())))
      taken.push(queue.take(queue.length()))
      expect(concatenate(taken)).toEqual(concatenate(put))
      expect(() => queue.take(1)).toThrow(RangeError)
    }),
  )
})
