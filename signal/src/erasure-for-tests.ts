/**
 * @module For tests that secrets are erased once they are not needed. `watched` watches what goes through a provider:
 * every key and every secret that an operation was given or made is remembered as the very object that holds it.
 * `watchMemory` watches all byte strings that are made, to look for secrets that are known.
 */
import type { Primitives } from '@sotto/primitives'

export interface Watched {
  readonly primitives: Primitives
  /** How many were seen. */
  seen(): number
  /** Those that still hold something, without those that are meant to. */
  left(isMeant: (bytes: Uint8Array) => boolean): readonly string[]
}

export function watched(primitives: Primitives): Watched {
  const secrets = new Map<Uint8Array, string>()
  const see = <Bytes extends Uint8Array | undefined>(what: string, bytes: Bytes): Bytes => {
    if (bytes !== undefined) secrets.set(bytes, what)
    return bytes
  }
  return {
    primitives: {
      ...primitives,
      name: 'watched',
      x25519: (privateKey, publicKey) => {
        see('private key', privateKey)
        return see('agreement', primitives.x25519(privateKey, publicKey))
      },
      hkdfSha256: (salt, material, info, length) => {
        see('salt', salt)
        see('material', material)
        return see('derived keys', primitives.hkdfSha256(salt, material, info, length))
      },
      hmacSha256: (key, ...parts) => {
        see('HMAC key', key)
        return primitives.hmacSha256(key, ...parts)
      },
      shake256: (length, ...parts) => {
        // Behind a secret stands what is public.
        see('SHAKE input', parts[0])
        return see('SHAKE output', primitives.shake256(length, ...parts))
      },
    },
    seen: () => secrets.size,
    left: (isMeant) =>
      [...secrets]
        .filter(([bytes]) => bytes.some((byte) => byte !== 0) && !isMeant(bytes))
        .map(([bytes, what]) => `${what} of ${bytes.length}`),
  }
}

export interface WatchedMemory {
  /** How many byte strings were made. */
  made(): number
  /** In how many of them the secrets are, without those whose memory is meant to hold them. */
  find(secrets: readonly Uint8Array[], isMeant?: (memory: ArrayBufferLike) => boolean): number
  stop(): void
}

/** Remembers the memory of all byte strings that anyone makes from now on, until it is told to stop. */
export function watchMemory(): WatchedMemory {
  const memories = new Set<ArrayBufferLike>()
  const Original = globalThis.Uint8Array
  globalThis.Uint8Array = new Proxy(Original, {
    construct(target, input) {
      // It is what `new Uint8Array` gives, whatever that was given.
      const bytes = Reflect.construct(target, input) as Uint8Array
      memories.add(bytes.buffer)
      return bytes
    },
  })
  Original.prototype.slice = function (start, end) {
    const copy = new Original(this.subarray(start, end))
    memories.add(copy.buffer)
    return copy
  }
  return {
    made: () => memories.size,
    find: (secrets, isMeant = () => false) => {
      const sought = secrets.filter((each) => each.some((byte) => byte !== 0)).map(textOf)
      return [...memories].filter((memory) => {
        if (isMeant(memory)) return false
        const text = textOf(new Original(memory))
        return sought.some((each) => text.includes(each))
      }).length
    },
    stop: () => {
      globalThis.Uint8Array = Original
      Reflect.deleteProperty(Original.prototype, 'slice')
    },
  }
}

/** A character for every byte. */
function textOf(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes)
}
