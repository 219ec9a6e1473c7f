/**
 * @module Where a relay is: what a person typed, or an invitation says, as one form that can be compared and stored.
 */
import type { Brand } from '@sotto/wire'

/** Scheme, host and port (RFC 6454 §6.2), without a slash at the end: `https://relay.example`. */
export type RelayOrigin = Brand<string, 'RelayOrigin'>

export interface RelayOriginOptions {
  /** Whether `http` will do for a host that is not this machine. False unless told otherwise. */
  readonly allowCleartext?: boolean
}

const maxCharacters = 2048

/**
 * Undefined for what names no relay: another scheme than https, a user name, a path, a query or a fragment. `http` is for
 * this machine alone, unless it is allowed. Without a scheme it is https.
 */
export function relayOrigin(
  text: string,
  { allowCleartext = false }: RelayOriginOptions = {},
): RelayOrigin | undefined {
  const trimmed = text.trim()
  if (trimmed.length > maxCharacters || /[\s\\]/.test(trimmed)) return undefined
  const written = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`
  if (!URL.canParse(written)) return undefined
  const url = new URL(written)
  if (url.username !== '' || url.password !== '' || url.hostname === '') return undefined
  // An empty query or fragment leaves no trace in a URL.
  if (url.pathname !== '/' || /[?#]/.test(written)) return undefined
  const isSafe = url.protocol === 'https:' || isLoopback(url.hostname) || allowCleartext
  if (!isSafe || (url.protocol !== 'https:' && url.protocol !== 'http:')) return undefined
  // Checked above; `origin` is the normal form.
  return url.origin as RelayOrigin
}

/** Of a host as URLs have it: in lower case, numbers of IPv4 in four parts, IPv6 shortened. */
function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  )
}
