/**
 * @module How many bytes may rest in a folder, and how many do. An upload claims room while it runs, so that uploads at
 * the same time cannot pass the bound together.
 */
import { StoreError } from '#store/store.ts'

export interface Claim {
  /** Holds room for this many bytes in all. Throws when there is none. */
  growTo(bytes: number): void
  giveBack(): void
}

/** Counts what rests in the folder, uploads that run included. */
export class Room {
  /** 0 for no bound. */
  readonly #maxBytes: number
  #used = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get isBounded(): boolean {
    return this.#maxBytes > 0
  }

  count(bytes: number): void {
    this.#used += bytes
  }

  claim(): Claim {
    let held = 0
    return {
      growTo: (bytes) => {
        const more = bytes - held
        if (more <= 0) return
        if (this.isBounded && this.#used + more > this.#maxBytes) {
          throw new StoreError(
            'disk-full',
            `Cannot store attachment: folder holds ${this.#used} of ${this.#maxBytes} bytes`,
          )
        }
        this.#used += more
        held = bytes
      },
      giveBack: () => {
        this.#used -= held
        held = 0
      },
    }
  }
}
