import { describe, expect, test } from 'vitest'
import { byteSource, patternBytes } from '#store/blobs/byte-streams-for-tests.ts'
import { takeIn } from '#store/blobs/intake.ts'

const signal = new AbortController().signal
const bounds = { maxBytes: 1000, announcedBytes: undefined }

describe('Taking a stream in', () => {
  test('asks for the next piece only after the last one was taken', async () => {
    const source = byteSource(patternBytes(100), 10)
    let taken = 0
    const intake = await takeIn(source.stream, bounds, signal, async () => {
      expect(source.pulled()).toBe(taken + 1)
      await new Promise((resolve) => setTimeout(resolve, 1))
      expect(source.pulled()).toBe(taken + 1)
      taken++
    })
    expect([intake, taken]).toEqual([{ kind: 'complete', bytes: 100 }, 10])
  })

  test('does not hand on the piece that passes a bound', async () => {
    for (const [maxBytes, announcedBytes, kind] of [
      [25, undefined, 'too-large'],
      [1000, 25, 'broken'],
    ] as const) {
      let taken = 0
      const source = byteSource(patternBytes(100), 10)
      const intake = await takeIn(
        source.stream,
        { maxBytes, announcedBytes },
        signal,
        async (chunk) => {
          taken += chunk.length
        },
      )
      expect([intake.kind, taken, source.cancelled()]).toEqual([kind, 20, true])
    }
  })

  test('rejects with what the taker rejects with, and cancels the source', async () => {
    const source = byteSource(patternBytes(100), 10)
    const full = new Error('Full')
    await expect(takeIn(source.stream, bounds, signal, () => Promise.reject(full))).rejects.toBe(
      full,
    )
    expect(source.cancelled()).toBe(true)
  })

  test('is not held up by a source that never answers, not even when it is cancelled', async () => {
    const abort = new AbortController()
    const never = new Promise<void>(() => undefined)
    const stream = new ReadableStream<Uint8Array>({ pull: () => never, cancel: () => never })
    setTimeout(() => abort.abort(), 10)
    expect(await takeIn(stream, bounds, abort.signal, async () => undefined)).toEqual({
      kind: 'broken',
    })
  })
})
