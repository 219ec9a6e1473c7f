/**
 * @module What both listeners agree on, so that doors see one behaviour on two runtimes: timeouts, how much a socket may
 * owe its reader, which requests ask for a socket (RFC 6455 §4.2.1), which close codes may travel (§7.4), how a failed
 * start reads.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { ListenOptions, SocketLimits, UpgradeChoice } from '#door/listener.ts'

const defaultIdleSeconds = 30

/** The longest idle time that Bun takes. */
const maxIdleSeconds = 255

export function idleSecondsOf({ idleSeconds = defaultIdleSeconds }: ListenOptions): number {
  return Math.min(Math.max(idleSeconds, 1), maxIdleSeconds)
}

/** How long the first headers of a connection may take. Bun has this number built in, and rounds it up to twelve. */
export const headerSeconds = 10

/** Bun's uWebSockets drops uploads slower than this once per idle period; the Node listener keeps the same rate. */
export const minUploadBytesPerSecond = 16 * 1024

/** How long a closing handshake may take to reach a slow peer. */
export const flushSeconds = 5

/** Pongs that may wait for a peer who pings and does not read. More end the connection. */
export const maxUnreadPongs = 60

const pollMillis = 10

/** Unsent bytes above which a socket takes no further frame: room for two of the largest, and some small ones. */
export function queueLimitBytes(limits: SocketLimits): number {
  return 2 * limits.maxMessageBytes + 64 * 1024
}

/**
 * Whether a URL parses, as every door expects of `request.url`: neither runtime looks at the Host header closely enough.
 * It remembers the origin that was fine last, because parsing each URL costs a fifth of a bare handler's throughput.
 */
export function hostCheck(): (url: string) => boolean {
  let known = 'http://localhost/'
  return (url) => {
    if (url.startsWith(known)) return true
    if (!URL.canParse(url)) return false
    known = url.slice(0, url.indexOf('/', 'https://'.length) + 1)
    return true
  }
}

const socketKey = /^[+/0-9A-Za-z]{22}==$/
const protocolList = /^[!#$%&'*+\-.^_`|~\w]+(?:[\t ]*,[\t ]*[!#$%&'*+\-.^_`|~\w]+)*$/

/** Whether this is a complete opening handshake. Bun alone would also take one without `Connection: Upgrade`. */
export function asksForSocket(
  method: string,
  header: (name: string) => string | null | undefined,
): boolean {
  return (
    method === 'GET' &&
    header('upgrade')?.toLowerCase() === 'websocket' &&
    (header('connection') ?? '')
      .split(',')
      .some((token) => token.trim().toLowerCase() === 'upgrade') &&
    header('sec-websocket-version') === '13' &&
    socketKey.test(header('sec-websocket-key') ?? '') &&
    protocolList.test(header('sec-websocket-protocol') ?? 'none')
  )
}

/** The sub-protocol to answer with; empty for none. */
export function chosenProtocol(
  offered: string | null | undefined,
  { protocol }: UpgradeChoice = {},
): string {
  if (protocol === undefined) return ''
  if ((offered ?? '').split(',').some((name) => name.trim() === protocol)) return protocol
  throw new RangeError('Cannot choose sub-protocol: must be one that the client offers')
}

/** What a close frame carries: nothing for 1005, else a code that may travel and as much of the reason as fits. */
export function closeFrame(
  code: number,
  reason: string,
): { readonly code: number; readonly reason: string } | undefined {
  if (code === 1005) return undefined
  const mayTravel =
    (code >= 1000 && code <= 1014 && code !== 1004 && code !== 1006) ||
    (code >= 3000 && code <= 4999)
  if (!mayTravel || !Number.isInteger(code)) {
    throw new RangeError(
      `Cannot close socket with code ${code}: must be 1000–1003, 1007–1014, 3000–4999, or 1005 for none`,
    )
  }
  return { code, reason: cut(reason) }
}

function cut(reason: string): string {
  const bytes = new TextEncoder().encode(reason)
  if (bytes.length <= 123) return reason
  // A decoder in streaming mode keeps the half character at the end to itself.
  return new TextDecoder().decode(bytes.subarray(0, 123), { stream: true })
}

/** A JSON error in the shape that every door answers with. */
export function errorBody(message: string): string {
  return JSON.stringify({ error: message })
}

export const jsonType = 'application/json'

export function noAnswer(): TypeError {
  return new TypeError('Cannot answer request: handler gave neither response nor socket')
}

/** How a body reads whose client went away. */
export function clientLeft(): DOMException {
  return new DOMException('The connection was closed', 'AbortError')
}

const bindFailures: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EADDRINUSE: 'address in use',
  EADDRNOTAVAIL: 'address not available',
  EAI_AGAIN: 'host name not found',
  ENOTFOUND: 'host name not found',
  ERR_OUT_OF_RANGE: 'port must be 0–65535',
  ERR_SOCKET_BAD_PORT: 'port must be 0–65535',
}

export function bindError(host: string, port: number, cause: unknown): Error {
  const place = `${host.includes(':') ? `[${host}]` : host}:${port}`
  return new Error(`Cannot listen on ${place}: ${reasonOf(cause)}`, { cause })
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const isTls = /^ERR_(?:OSSL|SSL|TLS|CRYPTO)/.test(code)
  return bindFailures[code] ?? (isTls ? 'certificate or key is not usable PEM' : 'start failed')
}

/** Takes the other pair into use with `swap`; whatever is wrong with it, or with the time, is an error of ours. */
export function exchangeTls(options: ListenOptions, hasStopped: boolean, swap: () => void): void {
  if (options.tls === undefined) {
    throw new TypeError('Cannot exchange certificate: the listener speaks in clear')
  }
  if (hasStopped) throw new TypeError('Cannot exchange certificate: the listener has stopped')
  try {
    swap()
  } catch (cause) {
    throw new Error(`Cannot exchange certificate: ${reasonOf(cause)}`, { cause })
  }
}

/** Waits until `isIdle`; false when the signal fires first. Polls, because Bun announces neither count. */
export async function untilIdle(
  isIdle: () => boolean,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  while (!isIdle()) {
    if (signal?.aborted === true) return false
    await delay(pollMillis)
  }
  return true
}
