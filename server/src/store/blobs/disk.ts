/**
 * @module Attachments in a folder of this machine.
 *
 * ```
 * <folder>/incoming/<random>    being written, or left by a crash
 * <folder>/<2 hex>/<uuid>       whole: see checked-file.ts
 * ```
 *
 * A blob is written below `incoming`, synced, renamed to its place, and the directory is synced: it is there whole or
 * not at all. One process owns a folder; several nodes share attachments through S3.
 */
import { mkdir, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { formatUuid, parseUuid, type BlobId } from '@sotto/wire'
import type { BlobStore, PutBounds, PutOutcome, StoredBlob } from '#store/blobs/blobs.ts'
import { createCheckedFile, openCheckedFile, trailerBytes } from '#store/blobs/checked-file.ts'
import { diskError, isMissing } from '#store/blobs/disk-error.ts'
import { makeFolder, namesIn, statOrMissing, syncDirectory } from '#store/blobs/folders.ts'
import { takeIn } from '#store/blobs/intake.ts'
import { Room, type Claim } from '#store/blobs/room.ts'
import { WorkInHand } from '#store/blobs/work-in-hand.ts'

export interface DiskBlobsOptions {
  /** Made when it is missing. */
  readonly folder: string
  /** How many bytes of content may rest here in all; 0 for no bound but the disk's. */
  readonly maxTotalBytes: number
  readonly randomBytes: (length: number) => Uint8Array
}

/** Removes what a crash left in `incoming`. Rejects with a StoreError when the folder cannot be used. */
export async function openDiskBlobs(options: DiskBlobsOptions): Promise<BlobStore> {
  const incoming = join(resolve(options.folder), 'incoming')
  try {
    await makeFolder(incoming)
    for (const name of await readdir(incoming)) await rm(join(incoming, name), { recursive: true })
  } catch (error) {
    throw diskError('open folder of attachments', error)
  }
  const blobs = new DiskBlobs(options, incoming)
  if (options.maxTotalBytes > 0) await blobs.measure()
  return blobs
}

class DiskBlobs implements BlobStore {
  readonly #folder: string
  readonly #incoming: string
  readonly #randomBytes: (length: number) => Uint8Array
  readonly #room: Room
  readonly #work = new WorkInHand()
  readonly #knownShards = new Set<string>()
  /** Names in `incoming` that are being written now. */
  readonly #writing = new Set<string>()
  #probe: Promise<void> | undefined

  constructor(options: DiskBlobsOptions, incoming: string) {
    this.#folder = dirname(incoming)
    this.#incoming = incoming
    this.#randomBytes = options.randomBytes
    this.#room = new Room(options.maxTotalBytes)
  }

  /** Counts what rests here already, for the bound. */
  async measure(): Promise<void> {
    for await (const blob of this.#files(new AbortController().signal)) this.#room.count(blob.bytes)
  }

  async put(
    id: BlobId,
    content: ReadableStream<Uint8Array>,
    bounds: PutBounds,
    signal: AbortSignal,
  ): Promise<PutOutcome> {
    try {
      return await this.#work.run(signal, (stop) => this.#put(id, content, bounds, stop))
    } finally {
      if (!content.locked) void content.cancel().catch(() => undefined)
    }
  }

  async #put(
    id: BlobId,
    content: ReadableStream<Uint8Array>,
    bounds: PutBounds,
    signal: AbortSignal,
  ): Promise<PutOutcome> {
    const claim = this.#room.claim()
    const { name, path } = this.#newIncoming()
    let kept = false
    try {
      const announced = bounds.announcedBytes ?? 0
      if (announced <= bounds.maxBytes) claim.growTo(announced)
      const intake = await this.#write(path, id, content, bounds, signal, claim)
      if (intake.kind !== 'complete') return intake
      await this.#place(path, id)
      kept = true
      return { kind: 'stored', bytes: intake.bytes }
    } catch (error) {
      throw diskError('store attachment', error)
    } finally {
      if (!kept) {
        claim.giveBack()
        await rm(path, { force: true }).catch(() => undefined)
      }
      this.#writing.delete(name)
    }
  }

  async #write(
    path: string,
    id: BlobId,
    content: ReadableStream<Uint8Array>,
    bounds: PutBounds,
    signal: AbortSignal,
    claim: Claim,
  ) {
    await using file = await createCheckedFile(path, id)
    let written = 0
    const intake = await takeIn(content, bounds, signal, async (chunk) => {
      written += chunk.length
      claim.growTo(written)
      await file.write(chunk)
    })
    if (intake.kind === 'complete') await file.finish()
    return intake
  }

  async #place(path: string, id: BlobId): Promise<void> {
    const { shard, place } = this.#placeOf(id)
    if (!this.#knownShards.has(shard)) {
      await mkdir(shard, { recursive: true, mode: 0o700 })
      await syncDirectory(this.#folder)
      this.#knownShards.add(shard)
    }
    try {
      await rename(path, place)
      await syncDirectory(shard)
    } catch (error) {
      this.#knownShards.delete(shard)
      await rm(place, { force: true }).catch(() => undefined)
      throw error
    }
  }

  async get(id: BlobId, signal: AbortSignal): Promise<StoredBlob | undefined> {
    signal.throwIfAborted()
    return openCheckedFile(this.#placeOf(id).place, id, this.#work.joined(signal))
  }

  remove(id: BlobId, signal: AbortSignal): Promise<void> {
    return this.#work.run(signal, async (stop) => {
      stop.throwIfAborted()
      const { place } = this.#placeOf(id)
      try {
        const bytes = this.#room.isBounded ? (await stat(place)).size - trailerBytes : 0
        // Not synced: a file that a power cut brings back has no record and goes with the next sweep.
        await unlink(place)
        this.#room.count(-bytes)
      } catch (error) {
        if (!isMissing(error)) throw diskError('remove attachment', error)
      }
    })
  }

  async *list(signal: AbortSignal) {
    for await (const { id, storedAtMillis } of this.#files(this.#work.joined(signal))) {
      yield { id, storedAtMillis }
    }
  }

  async *#files(signal: AbortSignal) {
    for (const shard of await namesIn(this.#folder)) {
      if (!/^[0-9a-f]{2}$/.test(shard)) continue
      for (const name of await namesIn(join(this.#folder, shard))) {
        signal.throwIfAborted()
        const id = parseUuid(name) as BlobId | undefined
        if (id === undefined || formatUuid(id) !== name || !name.startsWith(shard)) continue
        const facts = await statOrMissing(join(this.#folder, shard, name))
        if (facts === undefined) continue
        yield { id, storedAtMillis: facts.mtimeMs, bytes: Math.max(0, facts.size - trailerBytes) }
      }
    }
  }

  async removeUnfinished(beforeMillis: number, signal: AbortSignal): Promise<number> {
    return this.#work.run(signal, async (stop) => {
      let removed = 0
      for (const name of await namesIn(this.#incoming)) {
        stop.throwIfAborted()
        const path = join(this.#incoming, name)
        const facts = await statOrMissing(path)
        if (facts === undefined || facts.mtimeMs >= beforeMillis || this.#writing.has(name))
          continue
        await rm(path, { force: true }).catch((error: unknown) => {
          throw diskError('remove unfinished upload', error)
        })
        removed++
      }
      return removed
    })
  }

  async check(signal: AbortSignal): Promise<void> {
    this.#work.throwIfClosed()
    signal.throwIfAborted()
    // One probe at a time: on a disk that hangs, each question would add a stuck file operation.
    this.#probe ??= this.#writeProbe().finally(() => (this.#probe = undefined))
    const aborted = Promise.withResolvers<void>()
    const onAbort = () => aborted.resolve()
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      await Promise.race([this.#probe, aborted.promise])
      signal.throwIfAborted()
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  async #writeProbe(): Promise<void> {
    const { name, path } = this.#newIncoming()
    try {
      await using file = await open(path, 'wx', 0o600)
      await file.write(Uint8Array.of(1))
      await file.sync()
    } catch (error) {
      throw diskError('write to folder of attachments', error)
    } finally {
      await rm(path, { force: true }).catch(() => undefined)
      this.#writing.delete(name)
    }
  }

  #newIncoming(): { readonly name: string; readonly path: string } {
    const name = Buffer.from(this.#randomBytes(16)).toString('hex')
    this.#writing.add(name)
    return { name, path: join(this.#incoming, name) }
  }

  #placeOf(id: BlobId): { readonly shard: string; readonly place: string } {
    const name = formatUuid(id)
    const shard = join(this.#folder, name.slice(0, 2))
    return { shard, place: join(shard, name) }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#work.close()
  }
}
