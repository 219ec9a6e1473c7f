/**
 * @module What was uploaded so far, on disk: the file's key, and of each piece that it is about to go and, afterwards,
 * under which id the relay keeps it.
 *
 * A piece is announced before it goes, by the digest of the file up to there. A file that is read again after a restart
 * and gives another digest has changed; nothing of it goes, since its pieces would be sealed with nonces that are used.
 */
import type { Randomness } from '#ports/clock.ts'
import { fileKeyBytes, maxFileBytes, shapeOf } from '#attachments/stream.ts'
import { SottoError } from '#errors.ts'
import type { State } from '#state/state.ts'
import { fromSortable, type Row, sortable, table } from '#state/table.ts'
import type { Reader, Work } from '#state/work.ts'

export interface UploadRecord {
  readonly size: number
  /** Of the file, in hex. */
  readonly key: string
  readonly sinceMillis: number
  readonly draft?: UploadDraft | undefined
}

/** What is to be said when the file is there. */
export interface UploadDraft {
  readonly conversation: string
  /** Where the pieces go. */
  readonly relay: string
  readonly body: string
  readonly replyTo?: string | undefined
  readonly mediaType: string
  readonly name?: string | undefined
  readonly width?: number | undefined
  readonly height?: number | undefined
  /** In hex. */
  readonly thumbnail?: string | undefined
  /** Whether the file is a picture that goes without what it says. */
  readonly isStripped: boolean
}

interface JournalEntry {
  /** In hex. */
  readonly digest: string
  readonly id?: string | undefined
  readonly expiresAtMillis?: number | undefined
}

const uploads = table<UploadRecord>('upload')
const entries = table<JournalEntry>('upload-piece')

const uploadIdBytes = 16
/** More than the largest file has, with its lists. */
const maxEntries = 10_000
/** What nobody has finished by then is forgotten. */
export const uploadLifeMillis: number = 7 * 24 * 60 * 60 * 1000

/** Draws the key. What comes is the id of the upload: 32 hex digits. Throws 'file-too-large' or 'invalid-argument'. */
export function beginUpload(
  work: Work,
  random: Randomness,
  upload: {
    readonly size: number
    readonly nowMillis: number
    readonly draft?: UploadDraft | undefined
  },
): string {
  const { size, nowMillis, draft } = upload
  if (shapeOf(size) === undefined) {
    if (size > maxFileBytes) {
      const message = `Cannot send the file: it has ${size} bytes of at most ${maxFileBytes}`
      throw new SottoError('file-too-large', message)
    }
    throw new SottoError('invalid-argument', `Cannot send the file: its size is ${size}`)
  }
  const id = random(uploadIdBytes).toHex()
  const key = random(fileKeyBytes).toHex()
  uploads.put(work, id, { size, key, sinceMillis: nowMillis, draft })
  return id
}

export function uploadRecord(reader: Reader, id: string): Promise<UploadRecord | undefined> {
  return uploads.get(reader, id)
}

export function allUploads(reader: Reader): Promise<readonly Row<UploadRecord>[]> {
  return uploads.all(reader)
}

/** Pieces that the relay has are left to expire. Forgetting what is not there is no error. */
export async function forgetUpload(work: Work, id: string): Promise<void> {
  uploads.delete(work, id)
  const rows = await entries.list(work, ofUpload(id))
  for (const row of rows) entries.delete(work, row.id)
}

/** But for those of which somebody knows better. */
export async function forgetOldUploads(
  work: Work,
  nowMillis: number,
  isNeeded: (id: string) => boolean = () => false,
): Promise<void> {
  for (const { id, value } of await uploads.all(work)) {
    const isOld = value.sinceMillis + uploadLifeMillis <= nowMillis
    if (isOld && !isNeeded(id)) await forgetUpload(work, id)
  }
}

export class UploadJournal {
  readonly #state: State
  readonly #upload: string
  readonly #entries: Map<number, JournalEntry>
  /** What the relay has taken and is not on disk yet: should it be lost, the pieces go once more. */
  #unwritten: number[] = []

  private constructor(state: State, upload: string, known: Map<number, JournalEntry>) {
    this.#state = state
    this.#upload = upload
    this.#entries = known
  }

  static async open(state: State, upload: string): Promise<UploadJournal> {
    const rows = await entries.list(state, ofUpload(upload))
    const known = rows.map(({ id, value }) => [numberIn(id), value] as const)
    return new UploadJournal(state, upload, new Map(known))
  }

  /** Whether the relay has dropped a piece by now that it had. */
  hasExpired(nowMillis: number): boolean {
    return [...this.#entries.values()].some(
      ({ expiresAtMillis = Number.POSITIVE_INFINITY }) => expiresAtMillis <= nowMillis,
    )
  }

  /** Under which id the relay keeps this piece, if it does. */
  idOf(piece: number): string | undefined {
    return this.#entries.get(piece)?.id
  }

  /** Resolves when it is on disk that this piece goes. Throws 'invalid-argument' for a piece that is not what it was. */
  async announce(piece: number, digest: string): Promise<void> {
    const before = this.#entries.get(piece)
    if (before === undefined) {
      this.#entries.set(piece, { digest })
      await this.#write(piece)
    } else if (before.digest !== digest) {
      const message = 'Cannot go on: the file is not the one that was begun with'
      throw new SottoError('invalid-argument', message)
    }
  }

  /** Is written with the next announcement. */
  stored(piece: number, stored: { readonly id: string; readonly expiresAtMillis: number }): void {
    const before = this.#entries.get(piece)
    if (before === undefined) throw new RangeError('Cannot note a piece: it was not announced')
    this.#entries.set(piece, { ...before, ...stored })
    this.#unwritten.push(piece)
  }

  async flush(): Promise<void> {
    if (this.#unwritten.length > 0) await this.#write()
  }

  async #write(...more: readonly number[]): Promise<void> {
    const pieces = [...this.#unwritten, ...more]
    this.#unwritten = []
    await this.#state.change(async (work) => {
      // It may have been forgotten meanwhile.
      if ((await uploads.get(work, this.#upload)) === undefined) {
        throw new SottoError('not-found', 'Cannot go on: the upload is forgotten')
      }
      for (const piece of pieces) {
        const entry = this.#entries.get(piece)
        if (entry !== undefined) entries.put(work, `${this.#upload}/${sortable(piece)}`, entry)
      }
    })
  }
}

function ofUpload(id: string): {
  readonly from: string
  readonly before: string
  readonly limit: number
} {
  return { from: `${id}/`, before: `${id}0`, limit: maxEntries }
}

function numberIn(row: string): number {
  return fromSortable(row.slice(row.indexOf('/') + 1))
}
