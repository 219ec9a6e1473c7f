/**
 * @module Every option of the forwarder. The `OHTTP_RELAY_…` variables are those of Vauchi's, with its defaults, but for
 * the address to listen on: off loopback it takes a certificate, or somebody's word.
 */
import type { Option, Reading, Shape } from '#options/option.ts'
import { option, optional } from '#options/option.ts'
import { bool, bytes, int, oneOf, origins, path, word } from '#options/shapes.ts'
import { parseIp } from '#guard/ip.ts'

export interface ListenAddress {
  readonly host: string
  readonly port: number
}

const read = <T>(value: T): Reading<T> => ({ kind: 'read', value })
const refused = (must: string): Reading<never> => ({ kind: 'refused', must })

const allowedAddress = 'an IP address or localhost, and a port, like 0.0.0.0:8082 or [::]:8082'

const listenAddress: Shape<ListenAddress> = {
  label: 'ADDRESS:PORT',
  allowed: allowedAddress,
  read: (text) => {
    const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? []
    const host = bracketed ?? plain ?? ''
    const port = Number(digits)
    const isHost = host === 'localhost' || parseIp(host) !== undefined
    return isHost && port <= 65_535 ? read({ host, port }) : refused(`must be ${allowedAddress}`)
  },
}

const allowedGateway = 'http or https, a host and maybe a port, without anything behind'

const gatewayUrl: Shape<string> = {
  label: 'URL',
  allowed: allowedGateway,
  // It may carry a password by mistake, so that it is not repeated in a message.
  isSecret: true,
  read: (text) => {
    const url = /^https?:\/\/[^\s/?#@\\]+$/.test(text) ? URL.parse(text) : null
    return url === null ? refused(`must be ${allowedGateway}`) : read(url.origin)
  },
}

export const table = {
  gateway: optional({
    flags: ['--gateway'],
    variables: ['OHTTP_RELAY_GATEWAY_URL'],
    shape: gatewayUrl,
    whenUnset: 'none, which the forwarder does not start without',
    prose: 'The relay that opens the requests. It should be run by somebody else.',
  }),
  listen: option({
    flags: ['--listen'],
    variables: ['OHTTP_RELAY_LISTEN_ADDR'],
    shape: listenAddress,
    byDefault: '127.0.0.1:8082',
    prose:
      'Where to listen; port 0 takes any free one. Off loopback it takes a certificate (--tls-cert, --tls-key), a proxy ' +
      'that terminates TLS (--tls-verified), or a waiver (--require-tls=false).',
  }),
  tlsCert: optional({
    flags: ['--tls-cert'],
    shape: path,
    whenUnset: 'no TLS of our own',
    prose: 'The file with the certificate chain, in PEM. Goes together with --tls-key.',
  }),
  tlsKey: optional({
    flags: ['--tls-key'],
    shape: path,
    whenUnset: 'no TLS of our own',
    prose: 'The file with its private key, in PEM. Goes together with --tls-cert.',
  }),
  tlsVerified: option({
    flags: ['--tls-verified'],
    shape: bool,
    byDefault: 'false',
    prose:
      'Your word that a proxy in front terminates TLS. Name the header that it says the client in (--client-ip-header), ' +
      'or all clients share one rate limit.',
  }),
  requireTls: option({
    flags: ['--require-tls'],
    shape: bool,
    byDefault: 'true',
    prose: 'false waives TLS off loopback: who listens then sees who sends, and how much.',
  }),
  maxRequestBytes: option({
    flags: ['--max-request-bytes'],
    variables: ['OHTTP_RELAY_MAX_REQUEST_BYTES'],
    shape: bytes({ min: 64, max: 64 * 2 ** 20 }),
    byDefault: '65536',
    prose: 'How large a sealed request may be.',
  }),
  maxResponseBytes: option({
    flags: ['--max-response-bytes'],
    variables: ['OHTTP_RELAY_MAX_RESPONSE_BYTES'],
    shape: bytes({ min: 64, max: 64 * 2 ** 20 }),
    byDefault: '131072',
    prose: 'How large a sealed answer may be.',
  }),
  maxKeyResponseBytes: option({
    flags: ['--max-key-response-bytes'],
    variables: ['OHTTP_RELAY_MAX_KEY_RESPONSE_BYTES'],
    shape: bytes({ min: 41, max: 2 ** 20 }),
    byDefault: '4096',
    prose: "How large the gateway's key configuration may be.",
  }),
  rateLimitPerSecond: option({
    flags: ['--rate-limit-per-second'],
    variables: ['OHTTP_RELAY_RATE_LIMIT_PER_SEC'],
    shape: int({ min: 0, max: 1_000_000 }),
    byDefault: '50',
    prose:
      'How many requests a second one address may send, and how many at once. IPv6 counts by its /64. 0 for no limit.',
  }),
  rateLimitMaxBuckets: option({
    flags: ['--rate-limit-max-buckets'],
    variables: ['OHTTP_RELAY_RATE_LIMIT_MAX_BUCKETS'],
    shape: int({ min: 16, max: 16_777_216 }),
    byDefault: '100000',
    prose: 'How many addresses are counted at a time, 16 bytes each.',
  }),
  requestTimeoutSeconds: option({
    flags: ['--request-timeout-secs'],
    variables: ['OHTTP_RELAY_REQUEST_TIMEOUT_SECS'],
    shape: int({ min: 1, max: 120, unit: 'seconds' }),
    byDefault: '30',
    prose: 'How long a request may take to arrive, and how long the gateway may take to answer it.',
  }),
  clientIpHeader: optional({
    flags: ['--client-ip-header'],
    variables: ['OHTTP_RELAY_CLIENT_IP_HEADER'],
    shape: word(/^[A-Za-z0-9-]{1,64}$/, 'the name of a header', 'NAME'),
    whenUnset: 'the address of the connection counts',
    prose: 'The header that a proxy in front names the client in, like X-Forwarded-For.',
  }),
  clientIpHeaderTrustedProxies: option({
    flags: ['--client-ip-header-trusted-proxies'],
    variables: ['OHTTP_RELAY_CLIENT_IP_HEADER_TRUSTED_PROXIES'],
    shape: int({ min: 0, max: 32 }),
    byDefault: '0',
    prose: 'How many entries at the right end of that header are proxies, and not the client.',
  }),
  keyCacheSeconds: option({
    flags: ['--key-cache-ttl-secs'],
    variables: ['OHTTP_RELAY_KEY_CACHE_TTL_SECS'],
    shape: int({ min: 0, max: 86_400, unit: 'seconds' }),
    byDefault: '300',
    prose:
      "For how long the gateway's key is kept; less where the gateway says so. 0 asks each time.",
  }),
  corsOrigins: optional({
    flags: ['--cors-origins'],
    shape: origins,
    whenUnset: 'pages of any origin may send',
    prose: 'The origins of the web pages that may send.',
  }),
  shutdownTimeoutSeconds: option({
    flags: ['--shutdown-timeout-secs'],
    shape: int({ min: 0, max: 3600, unit: 'seconds' }),
    byDefault: '5',
    prose: 'How long open requests are waited for at the end.',
  }),
  logFormat: option({
    flags: ['--log-format'],
    shape: oneOf('text', 'json'),
    byDefault: 'text',
    prose: 'text for people, json for machines: one object a line.',
  }),
  logLevel: option({
    flags: ['--log-level'],
    shape: oneOf('debug', 'info', 'warn', 'error', 'off'),
    byDefault: 'info',
    prose: 'How much is logged. No level says who sent what.',
  }),
}

export type Values = {
  readonly [K in keyof typeof table]: (typeof table)[K] extends Option<infer T> ? T : never
}

export const rows: readonly (readonly [string, Option<unknown>])[] = Object.entries(table)

/** Our own name first. A relay on the same machine has other variables. */
export function variablesOf({ flags, variables }: Option<unknown>): readonly string[] {
  return [`SOTTO_FORWARD_${flags[0].slice(2).replaceAll('-', '_').toUpperCase()}`, ...variables]
}
