/**
 * @module Links into channels, `https://relay.example/#c.…`. What is behind `#` stays in the browser, so the relay, whose
 * page the link opens, does not see it.
 *
 * | part | what |
 * |---|---|
 * | origin | the relay that keeps the channel |
 * | `/#c.` | a channel: nobody takes it for the invitation of a person |
 * | rest | a `channel-link` (`wire/src/channels/link.ts`) in base64url (RFC 4648 §5) without padding |
 */
import type { Primitives } from '@sotto/primitives'
import {
  type ChannelLink,
  type Grant,
  readChannelLink,
  writeChannelLink,
} from '@sotto/wire/channels'
import { verifyGrant } from '#channels/grant.ts'
import { relayOrigin } from '#relay/relay-origin.ts'

/** All texts of bytes are hex. */
export interface ReadLink {
  readonly relay: string
  readonly channel: string
  readonly secret: string
  readonly token: string
  /** The signed grant. */
  readonly grant: string
  readonly grantedBy: string
  readonly expiresAtMillis: number
}

const maxLinkCharacters = 4096

export function writeLink(relay: string, link: ChannelLink): string {
  return `${relay}/#c.${encode(writeChannelLink(link))}`
}

/** Of a link as people paste it. Undefined when it is none, or was changed. */
export function readLink(primitives: Primitives, text: string): ReadLink | undefined {
  const parts = partsOf(text)
  const link = parts === undefined ? undefined : readChannelLink(parts.bytes)
  if (parts === undefined || link === undefined) return undefined
  return linkOf(primitives, parts.relay, link)
}

/** Undefined when the grant in it is for something else, or signed by nobody. */
export function linkOf(
  primitives: Primitives,
  relay: string,
  { channel, secret, token, grant }: ChannelLink,
): ReadLink | undefined {
  const verified = verifyGrant(primitives, grant)
  if (verified === undefined || !isFor(verified, channel)) return undefined
  return {
    relay,
    channel: channel.toHex(),
    secret: secret.toHex(),
    token: token.toHex(),
    grant: grant.toHex(),
    grantedBy: verified.identity.toHex(),
    expiresAtMillis: verified.expires_at,
  }
}

function isFor(grant: Grant, channel: Uint8Array): boolean {
  return grant.channel.toHex() === channel.toHex()
}

/** What may stand around a link is not of the alphabet behind `#c.`. */
const shape = /^[\s<([{"'“„«]*([a-zA-Z]+:\/\/[^\s#]+)#c\.([\w-]+)[\s>)\]}"'”“»,.;:!?…]*$/

function partsOf(text: string): { readonly relay: string; readonly bytes: Uint8Array } | undefined {
  if (text.length > maxLinkCharacters) return undefined
  const [, place, rest] = shape.exec(text) ?? []
  if (place === undefined || rest === undefined) return undefined
  const relay = relayOrigin(place)
  const bytes = decode(rest)
  return relay === undefined || bytes === undefined ? undefined : { relay, bytes }
}

/** Of one text only: bits that are left over are zeros. */
function decode(text: string): Uint8Array | undefined {
  try {
    const bytes = Uint8Array.fromBase64(text, { alphabet: 'base64url' })
    return encode(bytes) === text ? bytes : undefined
  } catch {
    return undefined
  }
}

function encode(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: 'base64url', omitPadding: true })
}
