/**
 * @module A relay that keeps pieces, in memory, for tests: it counts what it is asked, and fails on demand.
 */
import { formatUuid } from '@sotto/wire'
import type { PieceRelay } from '#attachments/transfer.ts'
import { SottoError } from '#errors.ts'
import type { Clock, Randomness } from '#ports/clock.ts'

export interface PieceMischief {
  /** Fails the call instead of doing anything. */
  readonly fails?: (() => SottoError | undefined) | undefined
  /** Stores the piece, and the sender hears nothing of it. */
  readonly losesAnswer?: (() => boolean) | undefined
}

export class FakePieces implements PieceRelay {
  /** By id, which is a UUID. */
  readonly kept = new Map<string, Uint8Array>()
  /** In the order in which they came. */
  readonly put: Uint8Array[] = []
  asked = 0
  /** How many calls are under way, and how many were at most. */
  running = 0
  mostAtOnce = 0
  mischief: PieceMischief = {}
  lifeMillis: number = 30 * 24 * 60 * 60 * 1000
  /** Calls wait for it before they do anything. */
  gate: Promise<void> = Promise.resolve()
  readonly #random: Randomness
  readonly #clock: Clock

  constructor(random: Randomness, clock: Clock) {
    this.#random = random
    this.#clock = clock
  }

  putPiece: PieceRelay['putPiece'] = (bytes, signal) =>
    this.#run(signal, () => {
      const id = formatUuid(this.#random(16))
      this.kept.set(id, bytes.slice())
      this.put.push(bytes.slice())
      if (this.mischief.losesAnswer?.() === true) throw offline()
      return { kind: 'stored', id, expiresAtMillis: this.#clock.now() + this.lifeMillis }
    })

  getPiece: PieceRelay['getPiece'] = (id, signal) =>
    this.#run(signal, () => {
      const bytes = this.kept.get(id)
      return bytes === undefined ? { kind: 'not-found' } : { kind: 'found', bytes: bytes.slice() }
    })

  async #run<Outcome>(signal: AbortSignal, call: () => Outcome): Promise<Outcome> {
    this.asked += 1
    this.running += 1
    this.mostAtOnce = Math.max(this.mostAtOnce, this.running)
    try {
      await this.gate
      signal.throwIfAborted()
      const failure = this.mischief.fails?.()
      if (failure !== undefined) throw failure
      return call()
    } finally {
      this.running -= 1
    }
  }
}

export function offline(): SottoError {
  return new SottoError('offline', 'The relay cannot be reached')
}
