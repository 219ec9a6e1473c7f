/**
 * @module Contact cards: who somebody is and where to write to them, signed by themselves.
 */
import type { Primitives } from '@sotto/primitives'
import { SottoError } from '#errors.ts'
import { relayOrigin } from '#relay/relay-origin.ts'
import { type Signer, signBody, verifySigned } from '#cards/signing.ts'

export interface ContactCard {
  /** Ed25519, 32 bytes. */
  readonly identity: Uint8Array
  /** The origin of a relay, https or http. */
  readonly relay: string
  /** Of the mailbox there that was made for whoever gets the card, 32 bytes. */
  readonly address: Uint8Array
  readonly name: string | undefined
  readonly issuedAtMillis: number
  /** Until when it may be used, not included. */
  readonly expiresAtMillis: number | undefined
}

export interface CardToSign {
  /** An origin, as `relayOrigin` makes it. */
  readonly relay: string
  readonly address: Uint8Array
  readonly name?: string | undefined
  readonly issuedAtMillis: number
  readonly expiresAtMillis?: number | undefined
}

/** The signed card as bytes. */
export function signCard(primitives: Primitives, identity: Signer, card: CardToSign): Uint8Array {
  const { relay, address, name, issuedAtMillis, expiresAtMillis } = card
  if (!isOrigin(relay)) {
    throw new SottoError('invalid-argument', 'Cannot sign card: its relay is no origin')
  }
  return signBody(primitives, identity, 'card', {
    relay,
    address,
    name,
    issued_at: issuedAtMillis,
    expires_at: expiresAtMillis,
  })
}

/** Undefined when the bytes are none, nobody's signature fits, or the relay in it is none. */
export function verifyCard(primitives: Primitives, signed: Uint8Array): ContactCard | undefined {
  const card = verifySigned(primitives, 'card', signed)
  if (card === undefined || !isOrigin(card.relay)) return undefined
  const { identity, relay, address, name, issued_at, expires_at } = card
  return {
    identity,
    relay,
    address,
    name,
    issuedAtMillis: issued_at,
    expiresAtMillis: expires_at,
  }
}

/** In its one form. Whether http will do is decided where the relay is asked. */
function isOrigin(relay: string): boolean {
  return relayOrigin(relay, { allowCleartext: true }) === relay
}
