/**
 * @module What the tests of transfers have in common: a relay, a profile on a disk that outlives the messenger, and files.
 */
import { openPrimitives } from '@sotto/primitives/provider'
import { download } from '#attachments/download.ts'
import { FakePieces } from '#attachments/fake-pieces.ts'
import { joined } from '#attachments/pictures/picture.ts'
import type { AttachmentSource } from '#attachments/source.ts'
import type { StoredFile, TransferOptions, UploadProgress } from '#attachments/transfer.ts'
import { beginUpload } from '#attachments/upload-journal.ts'
import { resumeUpload, type UploadDeps } from '#attachments/upload.ts'
import { FakeClock } from '#ports/fake-clock.ts'
import { fakeRandomness } from '#ports/fake-randomness.ts'
import type { Storage } from '#ports/storage.ts'
import { State } from '#state/state.ts'
import { openMemoryShelf } from '#storage/memory/open.ts'

export const primitives = await openPrimitives()

export class TransferWorld {
  readonly clock = new FakeClock()
  readonly random
  readonly relay
  readonly records: Storage
  #state: State

  private constructor(records: Storage, seed: string) {
    this.records = records
    this.#state = new State(records)
    this.random = fakeRandomness(seed)
    this.relay = new FakePieces(this.random, this.clock)
  }

  static async open(seed = 'a file'): Promise<TransferWorld> {
    return new TransferWorld(await openMemoryShelf().open('test', 'create'), seed)
  }

  get state(): State {
    return this.#state
  }

  get deps(): UploadDeps {
    const { clock, random, relay, state } = this
    return { primitives, clock, random, relay, state }
  }

  /** What was not written is forgotten. */
  restart(): void {
    this.#state = new State(this.records)
  }

  begin(size: number): Promise<string> {
    const nowMillis = this.clock.now()
    return this.state.change(async (work) => beginUpload(work, this.random, { size, nowMillis }))
  }

  async upload(
    source: AttachmentSource,
    options: TransferOptions<UploadProgress> = {},
  ): Promise<StoredFile> {
    return resumeUpload(this.deps, await this.begin(source.size), source, options)
  }

  async fetch(file: StoredFile): Promise<Uint8Array> {
    return joined(await Array.fromAsync(download(this.deps, file)))
  }
}

/** Bytes that differ from place to place, made at once. */
export function fileOf(size: number, seed = 0): Uint8Array {
  const bytes = new Uint8Array(size)
  for (let at = 0; at < size; at++) bytes[at] = (at * 31 + (at >> 8) + seed) & 0xff
  return bytes
}

/** Large files are compared by this: looking at each byte takes seconds. */
export function hashOf(bytes: Uint8Array): string {
  return primitives.sha256(bytes).toHex()
}

/** How it ends, if it does so badly. To be called before what ends it. */
export function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => error,
  )
}
