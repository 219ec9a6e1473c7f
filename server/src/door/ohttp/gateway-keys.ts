/**
 * @module The keys of the OHTTP gateway as they are at a moment: which are accepted, and which one is published.
 *
 * A key belongs to a window of time and is made from a secret that is kept, so that everybody is told the same key, a
 * restart changes nothing, and relays that share the secret share the keys. It is published in its own window and
 * accepted in the one before and the one after. So whoever keeps a copy of the published key for less than a window
 * never seals for a key that is gone.
 */
import { createHash } from 'node:crypto'
import type { Primitives } from '@sotto/primitives'
import { configOf, type GatewayKey } from '@sotto/veil/ohttp/gateway'
import { encodeKeyConfig, encodeKeyConfigs } from '@sotto/veil/ohttp/key-config'
import { knownSuites } from '@sotto/veil/ohttp/suites'
import { keysAround, windowAt } from '@sotto/veil/ohttp/windowed-keys'

export interface KeysNow {
  readonly window: number
  readonly accepted: readonly GatewayKey[]
  /**
   * One configuration with the first suite alone, 41 bytes: what clients of Vauchi read, and they read nothing else.
   */
  readonly bare: Uint8Array
  /** The same key as a list of RFC 9458 §3.2, with all suites: clients without ChaCha20 exist too. */
  readonly list: Uint8Array
  /** SHA-256 of `bare` in hex: one key has one fingerprint, however it is written. */
  readonly fingerprint: string
}

export interface GatewayKeysDeps {
  readonly primitives: Primitives
  /** At least 32 bytes, the same at every start. */
  readonly secret: Uint8Array
  readonly windowSeconds: number
  readonly nowMillis: () => number
}

export interface GatewayKeys {
  readonly windowSeconds: number
  now(): KeysNow
  /** The window of an accepted key, by its id. */
  windowOf(keyId: number): number
}

export function createGatewayKeys(deps: GatewayKeysDeps): GatewayKeys {
  const { primitives, secret, windowSeconds, nowMillis } = deps
  let known: KeysNow | undefined

  function now(): KeysNow {
    const window = windowAt(nowMillis() / 1000, windowSeconds)
    if (known?.window !== window) known = keysOf(primitives, secret, window)
    return known
  }

  return {
    windowSeconds,
    now,
    windowOf(keyId) {
      const { window } = now()
      // From -128 to 127: of the windows with this id, the one that is near.
      const distance = ((keyId - window + 128) & 0xff) - 128
      return window + distance
    },
  }
}

function keysOf(primitives: Primitives, secret: Uint8Array, window: number): KeysNow {
  const accepted = keysAround(primitives, secret, window)
  const [current] = accepted
  const bare = encodeKeyConfig(configOf(current, knownSuites.slice(0, 1)))
  const list = encodeKeyConfigs([configOf(current)])
  const fingerprint = createHash('sha256').update(bare).digest('hex')
  return { window, accepted, bare, list, fingerprint }
}
