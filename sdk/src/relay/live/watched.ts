/**
 * @module The mailboxes that are wanted: reading keys by the addresses that follow from them.
 */
import type { Primitives } from '@sotto/primitives'
import { addressLabel, readingKeyBytes } from '@sotto/wire/live'
import { SottoError } from '#errors.ts'

/** As many as a relay watches for one connection. */
export const maxWatched = 4096

/** As many as go into one message. */
const maxKeysInMessage = 256

const label = new TextEncoder().encode(addressLabel)

/** What a reading key's owner gives away: SHA-256 over the label and the key. */
export function addressOfReadingKey(
  primitives: Pick<Primitives, 'sha256'>,
  key: Uint8Array,
): Uint8Array {
  return primitives.sha256(label, key)
}

export class Watched {
  readonly #primitives: Pick<Primitives, 'sha256'>
  readonly #keys = new Map<string, Uint8Array>()

  constructor(primitives: Pick<Primitives, 'sha256'>) {
    this.#primitives = primitives
  }

  get keys(): readonly Uint8Array[] {
    return [...this.#keys.values()]
  }

  has(address: string): boolean {
    return this.#keys.has(address)
  }

  keysAt(addresses: readonly string[]): readonly Uint8Array[] {
    return addresses.flatMap((address) => this.#keys.get(address) ?? [])
  }

  /** Those that were not wanted before. */
  add(keys: readonly Uint8Array[]): readonly Uint8Array[] {
    const fresh = new Map<string, Uint8Array>()
    for (const key of keys) {
      const address = this.#addressOf(key).toHex()
      if (!this.#keys.has(address)) fresh.set(address, Uint8Array.from(key))
    }
    if (this.#keys.size + fresh.size > maxWatched) {
      const total = this.#keys.size + fresh.size
      throw new SottoError(
        'invalid-argument',
        `Cannot watch ${total} addresses: ${maxWatched} at most`,
      )
    }
    for (const [address, key] of fresh) this.#keys.set(address, key)
    return [...fresh.values()]
  }

  /** Those that were wanted before, with their addresses. */
  remove(
    keys: readonly Uint8Array[],
  ): readonly { readonly key: Uint8Array; readonly address: Uint8Array }[] {
    return keys.flatMap((key) => {
      const address = this.#addressOf(key)
      return this.#keys.delete(address.toHex()) ? [{ key, address }] : []
    })
  }

  #addressOf(key: Uint8Array): Uint8Array {
    if (key.length !== readingKeyBytes) {
      throw new RangeError(
        `Cannot watch: reading key has ${key.length} bytes of ${readingKeyBytes}`,
      )
    }
    return addressOfReadingKey(this.#primitives, key)
  }
}

/** In pieces that fit into one message each. */
export function* inMessages(keys: readonly Uint8Array[]): Generator<readonly Uint8Array[]> {
  for (let at = 0; at < keys.length; at += maxKeysInMessage) {
    yield keys.slice(at, at + maxKeysInMessage)
  }
}
