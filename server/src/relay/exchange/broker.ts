/**
 * @module Two people who stand beside each other exchange a few bytes by a code of six digits: the first offers, the
 * second claims the offer and leaves an answer, the first completes and takes it. Held in memory alone: nothing of it
 * outlives the process, or its few minutes.
 */
import { timingSafeEqual } from 'node:crypto'
import { codeCount, Guesses } from '#relay/exchange/guesses.ts'
import type { Clock, Randomness } from '#relay/clock.ts'

export interface ExchangeLimits {
  readonly maxOffers: number
  /** Of all payloads and answers together, in UTF-8. Offers take half of it at most. */
  readonly maxBytes: number
}

export interface ExchangeDeps {
  readonly clock: Clock
  /** Milliseconds of a clock that does not jump. */
  readonly monotonic: () => number
  readonly randomness: Randomness
}

export type OfferOutcome =
  | {
      readonly kind: 'offered'
      readonly code: string
      readonly completionToken: string | undefined
    }
  | { readonly kind: 'full' }

/** Too many wrong codes came: for so long none is listened to. */
interface Guarded {
  readonly kind: 'guarded'
  readonly waitMillis: number
}

export type ClaimOutcome =
  | { readonly kind: 'claimed'; readonly payload: string }
  | { readonly kind: 'unknown' | 'already-claimed' | 'full' }
  | Guarded

export type CompleteOutcome =
  | { readonly kind: 'completed'; readonly response: string }
  | { readonly kind: 'unknown' | 'not-claimed' }
  | Guarded

interface Offer {
  readonly payload: string
  readonly expiresAtMillis: number
  readonly completionToken: string | undefined
  response: string | undefined
  bytes: number
}

const completionTokenBytes = 16

/** With half a million offers, one in 2^100 times none of these is free. */
const maxDraws = 100

/** So often at most, all offers are looked through for expired ones while there is no room. */
const sweepMillis = 1000

export class ExchangeBroker {
  readonly #deps: ExchangeDeps
  readonly #limits: ExchangeLimits
  readonly #guesses: Guesses
  readonly #offers = new Map<string, Offer>()
  #bytes = 0
  #sweptAtMillis = Number.NEGATIVE_INFINITY

  constructor(deps: ExchangeDeps, limits: ExchangeLimits) {
    this.#deps = deps
    this.#limits = limits
    this.#guesses = new Guesses(deps.monotonic)
  }

  get count(): number {
    return this.#offers.size
  }

  offer(
    payload: string,
    { ttlMillis, isGuarded }: { readonly ttlMillis: number; readonly isGuarded: boolean },
  ): OfferOutcome {
    const bytes = Buffer.byteLength(payload)
    if (!this.#hasRoom(bytes)) this.#sweepNow()
    const code = this.#hasRoom(bytes) ? this.#drawCode() : undefined
    if (code === undefined) return { kind: 'full' }
    const completionToken = isGuarded
      ? Buffer.from(this.#deps.randomness.bytes(completionTokenBytes)).toString('hex')
      : undefined
    this.#offers.set(code, {
      payload,
      expiresAtMillis: this.#deps.clock.now() + ttlMillis,
      completionToken,
      response: undefined,
      bytes,
    })
    this.#bytes += bytes
    return { kind: 'offered', code, completionToken }
  }

  claim(code: string, response: string): ClaimOutcome {
    const offer = this.#find(code)
    if (offer.kind !== 'open') return offer
    if (offer.response !== undefined) return { kind: 'already-claimed' }
    const bytes = Buffer.byteLength(response)
    if (this.#bytes + bytes > this.#limits.maxBytes) return { kind: 'full' }
    offer.entry.response = response
    offer.entry.bytes += bytes
    this.#bytes += bytes
    return { kind: 'claimed', payload: offer.entry.payload }
  }

  /** `token` is what the offer was answered with, if it asked for one. */
  complete(code: string, token: string | undefined): CompleteOutcome {
    const offer = this.#find(code)
    if (offer.kind !== 'open') return offer
    const { completionToken } = offer.entry
    if (completionToken !== undefined && !isSame(completionToken, token)) return this.#missed()
    if (offer.response === undefined) return { kind: 'not-claimed' }
    this.#drop(code, offer.entry)
    return { kind: 'completed', response: offer.response }
  }

  /** Removes what is past its time. Returns how many went. */
  expire(): number {
    const now = this.#deps.clock.now()
    const before = this.#offers.size
    for (const [code, offer] of this.#offers) {
      if (offer.expiresAtMillis <= now) this.#drop(code, offer)
    }
    return before - this.#offers.size
  }

  #find(code: string) {
    const waitMillis = this.#guesses.waitMillis()
    if (waitMillis > 0) return { kind: 'guarded', waitMillis } as const
    const entry = this.#offers.get(code)
    if (entry === undefined) return this.#missed()
    if (entry.expiresAtMillis <= this.#deps.clock.now()) {
      this.#drop(code, entry)
      return { kind: 'unknown' } as const
    }
    return { kind: 'open', entry, response: entry.response } as const
  }

  #missed() {
    this.#guesses.add(this.#offers.size)
    return { kind: 'unknown' } as const
  }

  #hasRoom(bytes: number): boolean {
    const { maxOffers, maxBytes } = this.#limits
    return this.#offers.size < maxOffers && this.#bytes + bytes <= maxBytes / 2
  }

  #sweepNow(): void {
    const now = this.#deps.monotonic()
    if (now - this.#sweptAtMillis < sweepMillis) return
    this.#sweptAtMillis = now
    this.expire()
  }

  /** Uniform: what does not divide evenly is drawn again. */
  #drawCode(): string | undefined {
    const evenly = Math.floor(2 ** 24 / codeCount) * codeCount
    for (let draw = 0; draw < maxDraws; draw++) {
      const [high = 0, middle = 0, low = 0] = this.#deps.randomness.bytes(3)
      const number = high * 65_536 + middle * 256 + low
      const code = String(number % codeCount).padStart(6, '0')
      if (number < evenly && !this.#offers.has(code)) return code
    }
    return undefined
  }

  #drop(code: string, offer: Offer): void {
    this.#offers.delete(code)
    this.#bytes -= offer.bytes
  }
}

function isSame(expected: string, given: string | undefined): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given ?? '')]
  return a.length === b.length && timingSafeEqual(a, b)
}
