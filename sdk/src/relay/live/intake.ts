/**
 * @module How many envelopes were handed on and are not acknowledged yet. A socket cannot be told to wait, so what comes
 * beyond a bound is left with the relay, and asked for again when half of it is done.
 */

/** Names of one envelope: its address and its id in hex. */
interface Taken {
  readonly address: string
  readonly bytes: number
}

const maxEnvelopes = 4096
const maxBytes: number = 64 * 1024 * 1024

export class Intake {
  readonly #taken = new Map<string, Taken>()
  readonly #missed = new Set<string>()
  #bytes = 0

  /** False when the envelope is to be left with the relay. One that comes twice is taken twice. */
  take(address: string, id: string, bytes: number): boolean {
    const before = this.#taken.get(id)
    const isFull = this.#taken.size >= maxEnvelopes || this.#bytes + bytes > maxBytes
    if (before === undefined && isFull && this.#taken.size > 0) {
      this.#missed.add(address)
      return false
    }
    this.#forget(id)
    this.#taken.set(id, { address, bytes })
    this.#bytes += bytes
    return true
  }

  done(ids: readonly string[]): void {
    for (const id of ids) this.#forget(id)
  }

  /** Nothing comes from there any more. */
  leave(address: string): void {
    this.#missed.delete(address)
    for (const [id, taken] of [...this.#taken]) if (taken.address === address) this.#forget(id)
  }

  /** The addresses at which something was left, once there is room for it. */
  takeMissed(): readonly string[] {
    const hasRoom = this.#taken.size <= maxEnvelopes / 2 && this.#bytes <= maxBytes / 2
    if (!hasRoom) return []
    const missed = [...this.#missed]
    this.#missed.clear()
    return missed
  }

  /** On a new connection everything comes again that was not acknowledged. */
  clear(): void {
    this.#taken.clear()
    this.#missed.clear()
    this.#bytes = 0
  }

  #forget(id: string): void {
    const taken = this.#taken.get(id)
    if (taken === undefined) return
    this.#taken.delete(id)
    this.#bytes -= taken.bytes
  }
}
