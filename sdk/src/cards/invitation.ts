/**
 * @module Invitations: a signed card in a link, `https://relay.example/#i.…`. What is behind `#` stays in the browser, so
 * the relay, whose page the link opens, does not see it.
 *
 * | part | what |
 * |---|---|
 * | origin | the relay, the same that the card names |
 * | `/#i.` | an invitation |
 * | rest | the signed card in base64url (RFC 4648 §5) without padding |
 */
import type { Primitives } from '@sotto/primitives'
import { base64urlnopad } from '@scure/base'
import { type CardToSign, type ContactCard, signCard, verifyCard } from '#cards/contact-card.ts'
import type { Signer } from '#cards/signing.ts'

export type ReadInvitation =
  | { readonly kind: 'card'; readonly card: ContactCard }
  /** No link, no card, changed, or not of the relay that it names. */
  | { readonly kind: 'invalid' }
  | { readonly kind: 'expired' }

/** An invitation always ends. */
export type CardToInvite = CardToSign & { readonly expiresAtMillis: number }

const maxLinkCharacters = 4096

export function writeInvitation(
  primitives: Primitives,
  identity: Signer,
  card: CardToInvite,
): string {
  return `${card.relay}/#i.${base64urlnopad.encode(signCard(primitives, identity, card))}`
}

/** Of a link as people paste it: with spaces around, in `<…>`, or with the full stop of a sentence behind. */
export function readInvitation(
  primitives: Primitives,
  link: string,
  nowMillis: number,
): ReadInvitation {
  const parts = partsOf(link)
  if (parts === undefined) return { kind: 'invalid' }
  const card = verifyCard(primitives, parts.signed)
  // The card's relay is at https or http, so the link is.
  if (card?.expiresAtMillis === undefined || card.relay !== parts.origin) return { kind: 'invalid' }
  return nowMillis < card.expiresAtMillis ? { kind: 'card', card } : { kind: 'expired' }
}

interface Parts {
  readonly origin: string
  readonly signed: Uint8Array
}

/** What may stand around a link is not of the alphabet behind `#i.`. */
const shape = /^[\s<([{"'“„«]*([a-zA-Z]+:\/\/[^\s#]+)#i\.([\w-]+)[\s>)\]}"'”“»,.;:!?…]*$/

function partsOf(link: string): Parts | undefined {
  if (link.length > maxLinkCharacters) return undefined
  const [, place, card] = shape.exec(link) ?? []
  if (place === undefined || card === undefined || !URL.canParse(place)) return undefined
  const { origin, pathname, search, username, password } = new URL(place)
  if (pathname !== '/' || search !== '' || username !== '' || password !== '') return undefined
  const signed = decode(card)
  return signed && { origin, signed }
}

function decode(card: string): Uint8Array | undefined {
  try {
    return base64urlnopad.decode(card)
  } catch {
    return undefined
  }
}
