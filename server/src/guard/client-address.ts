/**
 * @module Which client a request is from, as the key that limits are counted by. It never leaves the process.
 *
 * The TCP peer is the client, unless it is a trusted proxy: then the rightmost `X-Forwarded-For` entry that is not a
 * trusted proxy itself is, because every entry to the left of it was written by someone that we have no reason to
 * believe. Entries that are no address are passed over. IPv6 clients own at least a /64 (RFC 6177), so that is the key.
 */
import type { Brand } from '@sotto/wire'
import { matcher, type Cidr } from '#guard/cidr.ts'
import { parseIp, type Ip } from '#guard/ip.ts'

/** What all requests of one client have in common. Not for logs, not for storage. */
export type ClientKey = Brand<string, 'ClientKey'>

/** More hops than any chain of proxies has; what stands further left is not looked at. */
const maxHops = 32

export type ClientAddress = (peer: string, forwardedFor: string | null) => ClientKey

/**
 * The returned function takes the TCP peer's address and what `headers.get('x-forwarded-for')` says, which is all
 * header lines of that name in order, joined by commas (Fetch §2.2.2).
 */
export function clientAddress(trustedProxies: readonly Cidr[]): ClientAddress {
  const isTrusted = matcher(trustedProxies)
  return (peerText, forwardedFor) => {
    const peer = parseIp(peerText)
    // The socket is gone, or is no TCP socket.
    if (peer === undefined) return clientKey('unknown')
    if (forwardedFor === null || !isTrusted(peer)) return keyOf(peer)
    return keyOf(rightmostStranger(forwardedFor, isTrusted) ?? peer)
  }
}

function rightmostStranger(forwardedFor: string, isTrusted: (ip: Ip) => boolean): Ip | undefined {
  let end = forwardedFor.length
  for (let hop = 0; hop < maxHops && end >= 0; hop++) {
    const comma = end === 0 ? -1 : forwardedFor.lastIndexOf(',', end - 1)
    const ip = parseIp(withoutPort(forwardedFor.slice(comma + 1, end).trim()))
    if (ip !== undefined && !isTrusted(ip)) return ip
    end = comma
  }
  return undefined
}

/** `192.0.2.1:4711`, `[2001:db8::1]:4711` and `[2001:db8::1]` occur in the field. */
function withoutPort(entry: string): string {
  const [, bracketed, dotted] = /^(?:\[([^\]]*)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/.exec(entry) ?? []
  return bracketed ?? dotted ?? entry
}

function keyOf(ip: Ip): ClientKey {
  if (ip.family === 'ipv4') return clientKey(ip.text)
  const [a = 0, b = 0, c = 0, d = 0] = ip.groups
  return clientKey(`${a.toString(16)}:${b.toString(16)}:${c.toString(16)}:${d.toString(16)}::/64`)
}

function clientKey(text: string): ClientKey {
  // The only maker of client keys: every text that comes here was made from a parsed address, or is a constant.
  return text as ClientKey
}
