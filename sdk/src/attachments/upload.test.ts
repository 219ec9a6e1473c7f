import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { offline } from '#attachments/fake-pieces.ts'
import { type AttachmentSource, blobSource, bytesSource } from '#attachments/source.ts'
import { chunkBytes, maxFileBytes } from '#attachments/stream.ts'
import type { UploadProgress } from '#attachments/transfer.ts'
import {
  allUploads,
  forgetOldUploads,
  forgetUpload,
  uploadLifeMillis,
  uploadRecord,
} from '#attachments/upload-journal.ts'
import { resumeUpload } from '#attachments/upload.ts'
import { failureOf, fileOf, hashOf, TransferWorld } from '#attachments/world-for-tests.ts'
import { SottoError } from '#errors.ts'
import { maxPieceBytes } from '#relay/oblivious/request-sizes.ts'

/** Of a length that Padmé leaves as it is. */
const tenChunks = fileOf(606_208)
const manyChunks = fileOf(70 * chunkBytes)

/** Whatever waits for nothing but promises has happened afterwards. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => void setTimeout(resolve, 0))
}

describe('an upload', () => {
  test('comes back as the file that it was, whatever its size', async () => {
    const world = await TransferWorld.open()
    for (const size of [0, 1, chunkBytes - 16, chunkBytes, chunkBytes + 1, 3 * chunkBytes - 1]) {
      const file = fileOf(size)
      const stored = await world.upload(bytesSource(file))
      expect(stored).toMatchObject({ size, depth: 0 })
      expect([size, await world.fetch(stored)]).toEqual([size, file])
    }
  })

  test('of any size comes back', async () => {
    const world = await TransferWorld.open()
    await fc.assert(
      fc.asyncProperty(fc.nat(5 * chunkBytes), fc.nat(255), async (size, seed) => {
        const file = fileOf(size, seed)
        expect(hashOf(await world.fetch(await world.upload(bytesSource(file))))).toBe(hashOf(file))
      }),
      { numRuns: 25 },
    )
  })

  test('of a file of many pieces has a small pointer, and lists that look like pieces', async () => {
    const world = await TransferWorld.open()
    const stored = await world.upload(bytesSource(manyChunks))
    expect(stored.depth).toBe(1)
    expect(stored.pieces.length).toBe(1)
    expect(hashOf(await world.fetch(stored))).toBe(hashOf(manyChunks))
    const lengths = world.relay.put.map(({ length }) => length)
    expect(lengths.filter((length) => length !== maxPieceBytes).length).toBeLessThanOrEqual(1)
    expect(world.relay.put.length).toBeGreaterThan(71)
  })

  test('reads a Blob piece by piece', async () => {
    const world = await TransferWorld.open()
    const file = fileOf(3 * chunkBytes)
    const stored = await world.upload(blobSource(new Blob([file])))
    expect(hashOf(await world.fetch(stored))).toBe(hashOf(file))
  })

  test('keeps few pieces on their way, and reads no further ahead than that', async () => {
    const world = await TransferWorld.open()
    let furthest = 0
    const source: AttachmentSource = {
      size: tenChunks.length,
      async read(offset, length) {
        furthest = Math.max(furthest, offset + length)
        expect(length).toBeLessThanOrEqual(chunkBytes)
        return tenChunks.subarray(offset, offset + length)
      },
    }
    const gate = Promise.withResolvers<void>()
    world.relay.gate = gate.promise
    const upload = world.upload(source)
    await turns(50)
    expect([world.relay.running, furthest]).toEqual([4, 4 * chunkBytes])
    gate.resolve()
    await upload
    expect(world.relay.mostAtOnce).toBe(4)
  })

  test('has written down each piece before it goes', async () => {
    const world = await TransferWorld.open()
    world.relay.gate = new Promise(() => {})
    const abort = new AbortController()
    const upload = world.upload(bytesSource(tenChunks), { signal: abort.signal })
    await turns(50)
    expect(world.relay.running).toBe(4)
    expect((await world.records.list('upload-piece', { limit: 9 })).length).toBe(4)
    abort.abort(new RangeError('enough'))
    await expect(upload).rejects.toThrow('enough')
  })

  test('never uses a key for two files', async () => {
    const world = await TransferWorld.open()
    const first = await world.upload(bytesSource(fileOf(100)))
    const second = await world.upload(bytesSource(fileOf(100)))
    expect(first.key).not.toBe(second.key)
    expect(world.relay.put[0]).not.toEqual(world.relay.put[1])
  })

  test('says how far it is, of the file itself', async () => {
    const world = await TransferWorld.open()
    for (const size of [0, 5, 2 * chunkBytes + 5, manyChunks.length]) {
      const told: UploadProgress[] = []
      const progress = (each: UploadProgress): void => void told.push(each)
      await world.upload(bytesSource(fileOf(size)), { progress })
      expect(told.at(-1)).toEqual({ sentBytes: size, totalBytes: size })
      const sent = told.map(({ sentBytes }) => sentBytes)
      expect(sent).toEqual(sent.toSorted((a, b) => a - b))
    }
  })

  test('tries a piece again when the relay is away or busy, and waits in between', async () => {
    const world = await TransferWorld.open()
    const failures = [
      offline(),
      new SottoError('relay-busy', 'Later', { retryAfterMillis: 20_000 }),
      offline(),
    ]
    world.relay.mischief = { fails: () => failures.shift() }
    const upload = world.upload(bytesSource(tenChunks))
    await world.clock.advance(19_000)
    expect(failures).toEqual([])
    await world.clock.advance(10_000)
    expect(hashOf(await world.fetch(await upload))).toBe(hashOf(tenChunks))
  })

  test('ends when the relay stays away, and goes on later with what it had', async () => {
    const world = await TransferWorld.open()
    const id = await world.begin(tenChunks.length)
    let left = 5
    world.relay.mischief = { fails: () => (left-- > 0 ? undefined : offline()) }
    const upload = resumeUpload(world.deps, id, bytesSource(tenChunks))
    const ended = failureOf(upload)
    await world.clock.advance(200_000)
    expect(await ended).toMatchObject({ code: 'offline' })
    expect(world.clock.pending()).toBe(0)
    expect(world.relay.put.length).toBe(5)
    world.relay.mischief = {}
    const stored = await resumeUpload(world.deps, id, bytesSource(tenChunks))
    expect(hashOf(await world.fetch(stored))).toBe(hashOf(tenChunks))
    expect(world.relay.put.length).toBe(stored.pieces.length)
  })

  test('is over when the relay refuses', async () => {
    const world = await TransferWorld.open()
    world.relay.mischief = { fails: () => new SottoError('relay-refused', 'No') }
    const upload = world.upload(bytesSource(tenChunks))
    await expect(upload).rejects.toMatchObject({ code: 'relay-refused' })
    expect(world.relay.asked).toBeLessThanOrEqual(4)
    const { getPiece } = world.relay
    const small = { ...world.deps, relay: { getPiece, putPiece: async () => tooLarge } }
    const refused = resumeUpload(small, await world.begin(5), bytesSource(fileOf(5)))
    await expect(refused).rejects.toMatchObject({ code: 'relay-refused' })
  })

  test('ends at once when it is aborted, on its way or waiting', async () => {
    for (const isWaiting of [false, true]) {
      const world = await TransferWorld.open()
      if (isWaiting) world.relay.mischief = { fails: offline }
      else world.relay.gate = new Promise(() => {})
      const abort = new AbortController()
      const upload = world.upload(bytesSource(tenChunks), { signal: abort.signal })
      await turns(20)
      abort.abort(new RangeError('enough'))
      await expect(upload).rejects.toThrow('enough')
      expect(world.clock.pending()).toBe(0)
    }
  })

  test('of what is too large, or no size, is not begun', async () => {
    const world = await TransferWorld.open()
    await expect(world.begin(maxFileBytes + 1)).rejects.toMatchObject({ code: 'file-too-large' })
    await expect(world.begin(-1)).rejects.toMatchObject({ code: 'invalid-argument' })
    expect(await allUploads(world.state)).toEqual([])
  })

  test('of a source that gives less than it says fails', async () => {
    const world = await TransferWorld.open()
    const source = { size: 100, read: async () => new Uint8Array(99) }
    await expect(world.upload(source)).rejects.toMatchObject({ code: 'invalid-argument' })
    expect(world.relay.put).toEqual([])
  })
})

const tooLarge = { kind: 'too-large' } as const

describe('an upload that was interrupted', () => {
  test('goes on after a restart, wherever it was, sends nothing twice but what was on its way', async () => {
    const places = [0, 1, 4, 9].map((upTo) => [tenChunks, upTo] as const)
    for (const [file, upTo] of [...places, [manyChunks, 66] as const, [manyChunks, 70] as const]) {
      const world = await TransferWorld.open()
      const id = await world.begin(file.length)
      let left = upTo
      world.relay.mischief = { losesAnswer: () => left-- <= 0 }
      const abort = new AbortController()
      const source = bytesSource(file)
      const ended = failureOf(resumeUpload(world.deps, id, source, { signal: abort.signal }))
      await turns(2 * upTo + 20)
      abort.abort(new RangeError('killed'))
      expect(await ended).toBeInstanceOf(RangeError)
      world.restart()
      world.relay.mischief = {}
      const stored = await resumeUpload(world.deps, id, source)
      expect(hashOf(await world.fetch(stored))).toBe(hashOf(file))
      const distinct = new Set(world.relay.put.map(hashOf))
      expect(distinct.size).toBeGreaterThan(file.length / chunkBytes)
      expect(world.relay.put.length - distinct.size).toBeLessThanOrEqual(4)
    }
  })

  test('sends each piece a second time just as it was: no nonce seals two things', async () => {
    const world = await TransferWorld.open()
    const id = await world.begin(tenChunks.length)
    world.relay.mischief = { losesAnswer: () => true }
    const abort = new AbortController()
    const source = bytesSource(tenChunks)
    const first = resumeUpload(world.deps, id, source, { signal: abort.signal })
    await turns(20)
    abort.abort(new Error('killed'))
    await expect(first).rejects.toThrow('killed')
    const before = world.relay.put.map((piece) => piece.toHex())
    expect(before.length).toBe(4)
    world.relay.mischief = {}
    world.relay.put.length = 0
    await resumeUpload(world.deps, id, source)
    expect(world.relay.put.slice(0, 4).map((piece) => piece.toHex())).toEqual(before)
  })

  test('refuses a file of another size, and sends nothing of one that has changed', async () => {
    const world = await TransferWorld.open()
    const id = await world.begin(tenChunks.length)
    let left = 6
    world.relay.mischief = {
      fails: () => (left-- > 0 ? undefined : new SottoError('relay-refused', 'No')),
    }
    await resumeUpload(world.deps, id, bytesSource(tenChunks)).catch(() => {})
    world.relay.mischief = {}
    world.restart()
    const sent = world.relay.put.length
    for (const other of [tenChunks.subarray(1), fileOf(tenChunks.length + 1)]) {
      const resumed = resumeUpload(world.deps, id, bytesSource(other))
      await expect(resumed).rejects.toMatchObject({ code: 'invalid-argument' })
    }
    // The last of these had been announced, and did not arrive.
    for (const at of [0, 5 * chunkBytes, 6 * chunkBytes]) {
      const changed = Uint8Array.from(tenChunks)
      changed[at] = (changed[at] ?? 0) ^ 1
      const resumed = resumeUpload(world.deps, id, bytesSource(changed))
      await expect(resumed).rejects.toMatchObject({ code: 'invalid-argument' })
    }
    expect(world.relay.put.length).toBe(sent)
    const stored = await resumeUpload(world.deps, id, bytesSource(tenChunks))
    expect(hashOf(await world.fetch(stored))).toBe(hashOf(tenChunks))
  })

  test('that is complete sends nothing more', async () => {
    const world = await TransferWorld.open()
    const id = await world.begin(manyChunks.length)
    const stored = await resumeUpload(world.deps, id, bytesSource(manyChunks))
    const { asked } = world.relay
    world.restart()
    expect(await resumeUpload(world.deps, id, bytesSource(manyChunks))).toEqual(stored)
    expect(world.relay.asked).toBeLessThanOrEqual(asked + 4)
  })

  test('is refused when the relay has dropped some of it', async () => {
    const world = await TransferWorld.open()
    world.relay.lifeMillis = 1000
    const id = await world.begin(5)
    await resumeUpload(world.deps, id, bytesSource(fileOf(5)))
    await resumeUpload(world.deps, id, bytesSource(fileOf(6).subarray(1))).catch(() => {})
    world.restart()
    await world.clock.advance(1000)
    const resumed = resumeUpload(world.deps, id, bytesSource(fileOf(5)))
    await expect(resumed).rejects.toMatchObject({ code: 'attachment-gone' })
  })

  test('is forgotten, with all that was written of it, when somebody says so or after a week', async () => {
    const world = await TransferWorld.open()
    const forgotten = await world.begin(tenChunks.length)
    const old = await world.begin(tenChunks.length)
    await resumeUpload(world.deps, forgotten, bytesSource(tenChunks))
    await resumeUpload(world.deps, old, bytesSource(tenChunks))
    await world.clock.advance(1)
    const young = await world.begin(5)
    await world.state.change((work) => forgetUpload(work, forgotten))
    await world.clock.advance(uploadLifeMillis - 1)
    const now = world.clock.now()
    await world.state.change((work) => forgetOldUploads(work, now, (id) => id === young))
    expect(await world.state.change(async (work) => uploadRecord(work, old))).toBeUndefined()
    expect((await allUploads(world.state)).map(({ id }) => id)).toEqual([young])
    expect(await world.records.list('upload-piece', { limit: 9 })).toEqual([])
    const resumed = resumeUpload(world.deps, old, bytesSource(tenChunks))
    await expect(resumed).rejects.toMatchObject({ code: 'not-found' })
  })

  test('that is forgotten while it runs leaves nothing behind', async () => {
    const world = await TransferWorld.open()
    const id = await world.begin(tenChunks.length)
    const gate = Promise.withResolvers<void>()
    world.relay.gate = gate.promise
    const upload = resumeUpload(world.deps, id, bytesSource(tenChunks))
    const ended = failureOf(upload)
    await turns(20)
    await world.state.change((work) => forgetUpload(work, id))
    gate.resolve()
    expect(await ended).toMatchObject({ code: 'not-found' })
    expect(await world.records.list('upload-piece', { limit: 9 })).toEqual([])
  })
})
