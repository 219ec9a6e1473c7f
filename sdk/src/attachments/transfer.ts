/**
 * @module What uploads and downloads have in common.
 */
import type { Primitives } from '@sotto/primitives'
import type { Patience } from '#attachments/patience.ts'
import type { AttachmentPointer } from '#messages/message.ts'
import type { ObliviousRelay } from '#relay/oblivious.ts'

/** A relay, seen by somebody who leaves pieces there or takes them. */
export type PieceRelay = Pick<ObliviousRelay, 'putPiece' | 'getPiece'>

export interface TransferDeps extends Patience {
  readonly primitives: Primitives
  readonly relay: PieceRelay
}

/** Both are of the file, without its padding. The last one that is told says that they are the same. */
export interface UploadProgress {
  readonly sentBytes: number
  readonly totalBytes: number
}

/** As `UploadProgress`, of what comes. */
export interface DownloadProgress {
  readonly receivedBytes: number
  readonly totalBytes: number
}

/** How somebody follows an upload or a download, and ends it. */
export interface TransferOptions<Progress> {
  readonly progress?: ((progress: Progress) => void) | undefined
  /** Ends it at once. */
  readonly signal?: AbortSignal | undefined
}

/** All that is needed to fetch and open a file. */
export type StoredFile = Pick<AttachmentPointer, 'pieces' | 'depth' | 'key' | 'digest' | 'size'>

/** Pieces that are on their way at once. */
export const piecesAtOnce = 4
