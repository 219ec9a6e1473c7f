import { describe, expect, test } from 'vitest'
import { openTestAttachments, startMillis } from '#relay/attachments/attachments-for-tests.ts'
import { download, isKnown } from '#relay/attachments/download.ts'
import {
  newBlobId,
  patternBytes,
  readToEnd,
  streamOf,
} from '#store/blobs/byte-streams-for-tests.ts'

const signal = new AbortController().signal
const bounds = { maxBytes: 1000, announcedBytes: undefined }

describe('A download', () => {
  test('gives the bytes back until the moment that they expire', async () => {
    await using at = await openTestAttachments()
    const id = newBlobId()
    await at.blobs.put(id, streamOf(patternBytes(10)), bounds, signal)
    await at.records.add({ id, expiresAtMillis: startMillis + 1000 })

    at.clock.set(startMillis + 999)
    const found = await download(at, id, signal)
    if (found.kind !== 'found') throw new Error(found.kind)
    expect(found.blob.bytes).toBe(10)
    expect(Buffer.compare(await readToEnd(found.blob.content), patternBytes(10))).toBe(0)
    expect(await isKnown(at, id)).toBe(true)

    at.clock.set(startMillis + 1000)
    expect(await download(at, id, signal)).toEqual({ kind: 'unknown' })
    expect(await isKnown(at, id)).toBe(false)
  })

  test('finds nothing under an id without a record, bytes or not', async () => {
    await using at = await openTestAttachments()
    const id = newBlobId()
    expect(await download(at, id, signal)).toEqual({ kind: 'unknown' })
    await at.blobs.put(id, streamOf(patternBytes(10)), bounds, signal)
    expect(await download(at, id, signal)).toEqual({ kind: 'unknown' })
  })

  test('tells a record whose bytes are lost from an unknown id', async () => {
    await using at = await openTestAttachments()
    const id = newBlobId()
    await at.records.add({ id, expiresAtMillis: startMillis + 1000 })
    expect(await download(at, id, signal)).toEqual({ kind: 'bytes-missing' })
  })
})
