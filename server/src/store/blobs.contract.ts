/**
 * @module What every backend promises of its records of attachments.
 */
import { describe, expect, test } from 'vitest'
import type { BlobId } from '@sotto/wire'
import { fresh, now, type Backend } from '#store/samples-for-tests.ts'

export function blobsContract(name: string, backend: Backend): void {
  describe(`${name}: blob records`, () => {
    test('knows a blob until it is removed, and finds what expired, oldest first', async () => {
      const store = await backend.open()
      const ids = [fresh(16), fresh(16), fresh(16)] as BlobId[]
      for (const [i, id] of ids.entries()) {
        await store.blobs.add({ id, expiresAtMillis: now - i * 1000 })
      }
      const [first, second, third] = ids
      if (first === undefined || second === undefined || third === undefined) throw new TypeError()
      expect((await store.blobs.find(second))?.expiresAtMillis).toBe(now - 1000)
      expect(await store.blobs.find(fresh(16) as BlobId)).toBeUndefined()
      const expired = await store.blobs.expired(now - 1000, 10)
      expect(expired.map((id) => Buffer.from(id))).toEqual(
        [third, second].map((id) => Buffer.from(id)),
      )
      expect(await store.blobs.expired(now, 1)).toHaveLength(1)
      await store.blobs.remove([third, second, fresh(16) as BlobId])
      expect(await store.blobs.find(third)).toBeUndefined()
      expect(await store.blobs.find(first)).toBeDefined()
    })
  })
}
