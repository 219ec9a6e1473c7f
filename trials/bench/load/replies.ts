/**
 * @module What a load generator needs to know of an answer, whatever protocol it came in.
 */

export interface Reply {
  readonly ok: boolean
  /** The HTTP status; for other protocols 0. */
  readonly status: number
  /** Valid during the call only. */
  readonly body: Uint8Array
}

/** Puts answers together from chunks of any size. Throws {@link ReplyError} for what it cannot read. */
export interface ReplyReader {
  push(chunk: Uint8Array, onReply: (reply: Reply) => void): void
}

export class ReplyError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ReplyError'
  }
}
