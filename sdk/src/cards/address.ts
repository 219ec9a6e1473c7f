/**
 * @module Addresses that people give each other: an identity as text, and where its relay is.
 *
 *     sotto1…                     the identity: 32 bytes in Bech32m (BIP350), prefix `sotto`, 64 characters
 *     sotto1…@relay.example:8443  the same, with its relay over https
 *     sotto1…@http://localhost    the same, with a relay over http
 *
 * Bech32m finds every mistake in up to four characters, has one case, and no two characters that look alike.
 */
import { bech32m } from '@scure/base'
import { SottoError } from '#errors.ts'
import { relayOrigin } from '#relay/relay-origin.ts'

/** An address, or why it is none. */
export type ReadAddress =
  | {
      readonly kind: 'address'
      /** 32 bytes; nobody has looked whether they are a key. */
      readonly identity: Uint8Array
      /** The origin of the relay, if it was there. */
      readonly relay: string | undefined
    }
  | { readonly kind: 'wrong-prefix' }
  /** Capitals and small letters in one: somebody typed it, or something changed it. */
  | { readonly kind: 'mixed-case' }
  | { readonly kind: 'wrong-character' }
  | { readonly kind: 'wrong-length' }
  /** A character is another one. */
  | { readonly kind: 'wrong-checksum' }
  /** What is behind `@` is none. */
  | { readonly kind: 'wrong-relay' }

const prefix = 'sotto'
const identityBytes = 32
/** Prefix, `1`, 52 characters of 5 bits, 6 of checksum. */
const characters = 64
const https = 'https://'

/** `relay` is an origin, as `relayOrigin` makes it. */
export function formatAddress(identity: Uint8Array, relay?: string): string {
  if (identity.length !== identityBytes) {
    throw new SottoError(
      'invalid-argument',
      `Cannot format address: the identity has ${identity.length} bytes of ${identityBytes}`,
    )
  }
  const text = bech32m.encode(prefix, bech32m.toWords(identity))
  if (relay === undefined) return text
  if (originOf(relay) !== relay) {
    throw new SottoError('invalid-argument', 'Cannot format address: the relay is no origin')
  }
  return `${text}@${relay.startsWith(https) ? relay.slice(https.length) : relay}`
}

/** Spaces around do not matter. */
export function readAddress(text: string): ReadAddress {
  const trimmed = text.trim()
  const at = trimmed.indexOf('@')
  const name = at < 0 ? trimmed : trimmed.slice(0, at)
  const relay = at < 0 ? undefined : originOf(trimmed.slice(at + 1))
  const lower = name.toLowerCase()
  if (!lower.startsWith(`${prefix}1`)) return { kind: 'wrong-prefix' }
  if (name !== lower && name !== name.toUpperCase()) return { kind: 'mixed-case' }
  // Of the written form: there are characters that become ASCII only as small letters.
  if (!/^[02-9ac-hj-np-z]+$/i.test(name.slice(prefix.length + 1)))
    return { kind: 'wrong-character' }
  if (name.length !== characters) return { kind: 'wrong-length' }
  const identity = identityOf(lower)
  if (identity === undefined) return { kind: 'wrong-checksum' }
  if (at >= 0 && relay === undefined) return { kind: 'wrong-relay' }
  return { kind: 'address', identity, relay }
}

function identityOf(text: string): Uint8Array | undefined {
  const decoded = bech32m.decodeUnsafe(text)
  if (decoded === undefined || decoded.prefix !== prefix) return undefined
  const identity = bech32m.fromWordsUnsafe(decoded.words)
  return identity?.length === identityBytes ? new Uint8Array(identity) : undefined
}

/** Whether http will do is decided where the relay is asked. */
function originOf(text: string): string | undefined {
  return relayOrigin(text, { allowCleartext: true })
}
