/**
 * @module Files in conversations: a file goes to the relay of whoever shall have it, and then a message says where it is
 * and what opens it. Nobody fetches anything from a relay that somebody else has named: what came lies at the own one.
 *
 * An upload that ends before its end is kept, with what was to be said, until it is gone on with, forgotten, or a week old.
 */
import { maxAttachmentPieces, maxSeconds } from '@sotto/wire/content'
import { download } from '#attachments/download.ts'
import {
  type FileToSend,
  type MakeThumbnail,
  prepareFile,
  strippedSource,
} from '#attachments/prepare.ts'
import type { AttachmentSource } from '#attachments/source.ts'
import type {
  DownloadProgress,
  PieceRelay,
  StoredFile,
  TransferOptions,
  UploadProgress,
} from '#attachments/transfer.ts'
import {
  allUploads,
  beginUpload,
  forgetOldUploads,
  forgetUpload,
  type UploadDraft,
  uploadRecord,
} from '#attachments/upload-journal.ts'
import { resumeUpload } from '#attachments/upload.ts'
import type { Engine } from '#engine.ts'
import { isSottoError, SottoError } from '#errors.ts'
import { attachmentContent } from '#messages/attachment-pointer.ts'
import { audienceOf } from '#messages/audience.ts'
import { newContent, sendText } from '#messages/compose.ts'
import { type AttachmentPointer, type Message, messageById } from '#messages/message.ts'
import { bytesOf } from '#messages/outbox.ts'
import type { Work } from '#state/work.ts'

/** How a file goes, and what is said with it. */
export interface AttachOptions extends TransferOptions<UploadProgress> {
  readonly text?: string | undefined
  readonly replyTo?: string | undefined
  /**
   * Unless this is false, pictures go without what they say beside what they show, and one that cannot be stripped is
   * refused. Of other files nothing is taken out.
   */
  readonly stripMetadata?: boolean | undefined
  /** Is told by which id the upload can be gone on with or forgotten, before anything goes. */
  readonly begun?: ((upload: string) => void) | undefined
}

/** An upload that was begun and can be gone on with. */
export interface UnfinishedUpload {
  readonly id: string
  readonly conversation: string
  readonly name?: string | undefined
  readonly mediaType: string
  /** Of what goes: of a picture that was stripped, less than the file has. */
  readonly size: number
  readonly sinceMillis: number
}

export interface AttachmentsOptions {
  readonly engine: Engine
  readonly relay: (origin: string) => PieceRelay
  readonly makeThumbnail?: MakeThumbnail | undefined
  /** Ends everything. */
  readonly over: AbortSignal
}

export class Attachments {
  readonly #engine: Engine
  readonly #relay: (origin: string) => PieceRelay
  readonly #makeThumbnail: MakeThumbnail | undefined
  readonly #over: AbortSignal
  /** By upload: what ends it. */
  readonly #running = new Map<string, AbortController>()
  readonly #calls = new Set<Promise<unknown>>()

  constructor({ engine, relay, makeThumbnail, over }: AttachmentsOptions) {
    this.#engine = engine
    this.#relay = relay
    this.#makeThumbnail = makeThumbnail
    this.#over = over
  }

  attach(conversation: string, file: FileToSend, options: AttachOptions = {}): Promise<Message> {
    return this.#counted(this.#attach(conversation, file, options))
  }

  /** With the file that it was begun with. */
  resume(
    upload: string,
    source: AttachmentSource,
    options: TransferOptions<UploadProgress> = {},
  ): Promise<Message> {
    return this.#counted(this.#resume(upload, source, options))
  }

  /** The oldest first. */
  async unfinished(): Promise<readonly UnfinishedUpload[]> {
    const rows = await allUploads(this.#engine.state)
    return rows
      .flatMap(({ id, value: { size, sinceMillis, draft } }) => {
        if (draft === undefined) return []
        const { conversation, name, mediaType } = draft
        return [{ id, conversation, name, mediaType, size, sinceMillis }]
      })
      .toSorted((a, b) => a.sinceMillis - b.sinceMillis)
  }

  /** One that is running ends. Forgetting what is not there is no error. */
  async forget(upload: string): Promise<void> {
    this.#running.get(upload)?.abort(new SottoError('not-found', 'The upload is forgotten'))
    await this.#change((work) => forgetUpload(work, upload))
  }

  async forgetOld(): Promise<void> {
    const now = this.#engine.device.clock.now()
    await this.#change((work) => forgetOldUploads(work, now, (id) => this.#running.has(id)))
  }

  /** See `download`. */
  fetch(
    pointer: AttachmentPointer,
    ownRelay: string,
    { signal, progress }: TransferOptions<DownloadProgress> = {},
  ): AsyncIterable<Uint8Array> {
    return download(this.#transfer(pointer.relay ?? ownRelay), pointer, {
      progress,
      signal: this.#bounded(signal),
    })
  }

  /** Resolves when nothing runs any more: the signal has been aborted before. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#calls)
  }

  async #attach(
    conversation: string,
    file: FileToSend,
    { text = '', replyTo, progress, signal, stripMetadata = true, begun }: AttachOptions,
  ): Promise<Message> {
    const bounded = this.#bounded(signal)
    const makeThumbnail = this.#makeThumbnail
    const prepared = await prepareFile(file, { stripMetadata, makeThumbnail, signal: bounded })
    const { source, thumbnail, ...shown } = prepared
    await this.forgetOld()
    bounded.throwIfAborted()
    const upload = await this.#change(async (work) => {
      const { relay } = await audienceOf(work, conversation)
      if (replyTo !== undefined && (await messageById(work, conversation, replyTo)) === undefined) {
        throw new SottoError('not-found', 'Cannot reply: no such message')
      }
      const whole = { conversation, relay, body: text, replyTo, ...shown }
      const draft = this.#fitting({ ...whole, thumbnail: thumbnail?.toHex() })
      const { clock, random } = this.#engine.device
      return beginUpload(work, random, { size: source.size, nowMillis: clock.now(), draft })
    })
    begun?.(upload)
    return this.#finish(upload, source, { progress, signal })
  }

  async #resume(
    upload: string,
    source: AttachmentSource,
    { progress, signal }: TransferOptions<UploadProgress>,
  ): Promise<Message> {
    const record = await uploadRecord(this.#engine.state, upload)
    const bounded = this.#bounded(signal)
    const isStripped = record?.draft?.isStripped === true
    const whole = isStripped ? await strippedSource(source, bounded) : source
    return this.#finish(upload, whole, { progress, signal })
  }

  /** The message is queued in the write that forgets the upload. */
  async #finish(
    upload: string,
    source: AttachmentSource,
    { progress, signal }: TransferOptions<UploadProgress>,
  ): Promise<Message> {
    if (this.#running.has(upload)) {
      throw new SottoError('invalid-argument', 'Cannot go on: the upload is on its way')
    }
    const forgotten = new AbortController()
    this.#running.set(upload, forgotten)
    try {
      const draft = await this.#draftOf(upload)
      const bounded = AbortSignal.any([this.#bounded(signal), forgotten.signal])
      const deps = { ...this.#transfer(draft.relay), state: this.#engine.state }
      const file = await resumeUpload(deps, upload, source, { progress, signal: bounded })
      bounded.throwIfAborted()
      return await this.#change((work) => this.#say(work, upload, draft, file))
    } catch (error) {
      // What the relay has dropped cannot be gone on with.
      if (isSottoError(error, 'attachment-gone')) await this.forget(upload)
      throw error
    } finally {
      this.#running.delete(upload)
    }
  }

  async #draftOf(upload: string): Promise<UploadDraft> {
    const record = await uploadRecord(this.#engine.state, upload)
    if (record?.draft === undefined) {
      throw new SottoError('not-found', 'Cannot go on: no such upload')
    }
    const { draft } = record
    const { relay } = await this.#change((work) => audienceOf(work, draft.conversation))
    if (relay !== draft.relay) {
      const message =
        'Cannot go on: they have moved to another relay, and the file is at the old one'
      throw new SottoError('attachment-gone', message)
    }
    return draft
  }

  async #say(work: Work, upload: string, draft: UploadDraft, file: StoredFile): Promise<Message> {
    if ((await uploadRecord(work, upload)) === undefined) {
      throw new SottoError('not-found', 'Cannot go on: the upload is forgotten')
    }
    await forgetUpload(work, upload)
    const { conversation, body, replyTo } = draft
    const attachments = [pointerOf(draft, file)]
    return sendText(work, this.#engine, conversation, { body, replyTo, attachments })
  }

  /** Without its thumbnail, should there be no room for it. Throws 'message-too-long' before anything has gone. */
  #fitting(draft: UploadDraft): UploadDraft {
    const check = (each: UploadDraft): void => {
      const attachments = [attachmentContent(pointerOf(each, largestFile))]
      const { body, replyTo } = each
      const reply_to = replyTo === undefined ? undefined : Uint8Array.fromHex(replyTo)
      const common = { type: 'text', ...newContent(this.#engine), timer: maxSeconds } as const
      bytesOf({ ...common, body, reply_to, attachments })
    }
    try {
      check(draft)
      return draft
    } catch (error) {
      if (!isSottoError(error, 'message-too-long') || draft.thumbnail === undefined) throw error
      const { thumbnail: _, ...rest } = draft
      check(rest)
      return rest
    }
  }

  #transfer(relay: string) {
    const { primitives, clock, random } = this.#engine.device
    return { primitives, clock, random, relay: this.#relay(relay) }
  }

  #bounded(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#over : AbortSignal.any([signal, this.#over])
  }

  #change<Result>(step: (work: Work) => Promise<Result>): Promise<Result> {
    return this.#engine.state.change(step)
  }

  async #counted<Result>(call: Promise<Result>): Promise<Result> {
    this.#calls.add(call)
    try {
      return await call
    } finally {
      this.#calls.delete(call)
    }
  }
}

/** None has a longer pointer. */
const largestFile: StoredFile = {
  pieces: Array.from({ length: maxAttachmentPieces }, () => '00'.repeat(16)),
  depth: 1,
  key: '00'.repeat(32),
  digest: '00'.repeat(32),
  size: Number.MAX_SAFE_INTEGER,
}

function pointerOf(draft: UploadDraft, file: StoredFile): AttachmentPointer {
  const { mediaType, name, width, height, thumbnail, relay } = draft
  return { ...file, mediaType, name, width, height, thumbnail, relay }
}
