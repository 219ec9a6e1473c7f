/**
 * @module Options: where the relay listens, who stands in front of it, and how much it holds open.
 */
import { hostOf, portOf } from '#options/host-and-port.ts'
import { option, optional } from '#options/option.ts'
import { address, bool, cidrs, int, intOrUnlimited, origins, path, port } from '#options/shapes.ts'

export const listening = {
  host: option({
    flags: ['--host', '--server-host'],
    variables: ['OBSCURA_HOST', 'SC_HOST', 'RELAY_LISTEN_ADDR', 'SERVER_HOST'],
    translate: { RELAY_LISTEN_ADDR: hostOf },
    shape: address,
    byDefault: '127.0.0.1',
    prose:
      'The address to listen on; 0.0.0.0 or :: for all. Off loopback the relay starts only with a certificate ' +
      '(--tls-cert, --tls-key), behind a proxy that terminates TLS (--tls-verified), or with TLS waived ' +
      '(--require-tls=false).',
  }),
  port: option({
    flags: ['--port', '--server-port'],
    variables: ['OBSCURA_PORT', 'SC_PORT', 'RELAY_LISTEN_ADDR', 'PORT'],
    translate: { RELAY_LISTEN_ADDR: portOf },
    shape: port,
    byDefault: '8080',
    prose: 'The port for everything that clients use. 0 takes any free one.',
  }),
  tlsCert: optional({
    flags: ['--tls-cert'],
    variables: ['SC_TLS_CERT'],
    shape: path,
    whenUnset: 'no TLS of our own',
    prose: 'The file with the certificate chain, in PEM. Goes together with --tls-key.',
  }),
  tlsKey: optional({
    flags: ['--tls-key'],
    variables: ['SC_TLS_KEY'],
    shape: path,
    whenUnset: 'no TLS of our own',
    prose:
      'The file with the private key of the certificate, in PEM. Goes together with --tls-cert.',
  }),
  tlsVerified: option({
    flags: ['--tls-verified'],
    variables: ['RELAY_TLS_VERIFIED'],
    shape: bool,
    byDefault: 'false',
    prose:
      'Your word that a proxy in front terminates TLS and that nobody reaches the relay past it. Name the ' +
      'proxy in --trusted-proxies too, or all clients share its rate limit.',
  }),
  requireTls: option({
    flags: ['--require-tls'],
    variables: ['SC_REQUIRE_TLS'],
    shape: bool,
    byDefault: 'true',
    prose:
      'false waives TLS off loopback. Passwords and tokens then travel in clear: only for a network that ' +
      'encrypts by itself.',
  }),
  trustedProxies: option({
    flags: ['--trusted-proxies'],
    variables: ['OBSCURA_TRUSTED_PROXIES', 'TRUSTED_PROXIES'],
    shape: cidrs,
    byDefault: '127.0.0.1/32,::1/128',
    prose:
      "The proxies whose X-Forwarded-For is believed. Everyone else's is ignored. Other relays of this " +
      'protocol trust all private networks by default, which lets any neighbour choose the address that it is ' +
      'limited by; this one trusts loopback alone.',
  }),
  requestTimeoutSeconds: option({
    flags: ['--request-timeout-secs'],
    shape: int({ min: 1, max: 3600, unit: 'seconds' }),
    byDefault: '30',
    prose: 'How long a request may take to arrive and be answered.',
  }),
  corsOrigins: optional({
    flags: ['--cors-origins'],
    variables: ['SC_CORS_ORIGINS'],
    shape: origins,
    whenUnset: 'pages of any origin may call, which is safe: no browser adds cookies to a call',
    prose:
      "The origins of the web pages that may call the relay and open sockets of the live door. Others' pages are " +
      'refused by their browsers, and their sockets by the relay. Programs that are no browser send no origin and are ' +
      'not concerned.',
  }),
  maxSockets: option({
    flags: ['--max-sockets'],
    variables: ['SC_MAX_CONNECTIONS'],
    shape: intOrUnlimited({ max: 10_000_000 }),
    byDefault: '20000',
    prose: 'How many WebSockets may be open at once. A further one is refused.',
  }),
  maxSocketsPerAccount: option({
    flags: ['--max-sockets-per-account'],
    shape: int({ min: 1, max: 10_000 }),
    byDefault: '10',
    prose:
      'How many WebSockets one account may have open at once. A further one closes the oldest.',
  }),
  wsPingIntervalSeconds: option({
    flags: ['--ws-ping-interval-secs'],
    variables: ['SC_WS_PING_INTERVAL'],
    shape: int({ min: 1, max: 3600, unit: 'seconds' }),
    byDefault: '30',
    prose: 'How often a socket is asked whether its client is still there.',
  }),
  wsPingTimeoutSeconds: option({
    flags: ['--ws-ping-timeout-secs'],
    shape: int({ min: 1, max: 3600, unit: 'seconds' }),
    byDefault: '10',
    prose: 'How long a client may take to answer that before its socket is ended.',
  }),
}
