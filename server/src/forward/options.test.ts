import { describe, expect, test } from 'vitest'
import { type ForwardOptions, parseForwardOptions } from '#forward/options.ts'
import { rows, variablesOf } from '#forward/table.ts'

const gateway = ['--gateway', 'https://relay.example']

function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}): ForwardOptions {
  const parsed = parseForwardOptions(argv, env)
  if (parsed.kind !== 'run') throw new Error(parsed.text)
  return parsed.options
}

function refusal(argv: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const parsed = parseForwardOptions(argv, env)
  return parsed.kind === 'refused' ? parsed.text : parsed.kind
}

describe('the options of the forwarder', () => {
  test('have the documented defaults, and a gateway must be given', () => {
    expect(run(gateway)).toEqual({
      gateway: 'https://relay.example',
      listen: { host: '127.0.0.1', port: 8082 },
      tls: undefined,
      tlsVerified: false,
      requireTls: true,
      maxRequestBytes: 65_536,
      maxResponseBytes: 131_072,
      maxKeyResponseBytes: 4096,
      rateLimitPerSecond: 50,
      rateLimitMaxBuckets: 100_000,
      requestTimeoutSeconds: 30,
      clientIpHeader: undefined,
      clientIpHeaderTrustedProxies: 0,
      keyCacheSeconds: 300,
      corsOrigins: undefined,
      shutdownTimeoutSeconds: 5,
      logFormat: 'text',
      logLevel: 'info',
    })
    expect(refusal([])).toContain('--gateway')
  })

  test("are understood by the other system's variables, which yield to ours and to flags", () => {
    const options = run([], {
      OHTTP_RELAY_GATEWAY_URL: 'http://gateway:8080',
      OHTTP_RELAY_LISTEN_ADDR: '[::]:8083',
      OHTTP_RELAY_MAX_REQUEST_BYTES: '1000',
      OHTTP_RELAY_MAX_RESPONSE_BYTES: '2000',
      OHTTP_RELAY_MAX_KEY_RESPONSE_BYTES: '3000',
      OHTTP_RELAY_RATE_LIMIT_PER_SEC: '4',
      OHTTP_RELAY_RATE_LIMIT_MAX_BUCKETS: '5000',
      OHTTP_RELAY_REQUEST_TIMEOUT_SECS: '6',
      OHTTP_RELAY_CLIENT_IP_HEADER: 'x-real-ip',
      OHTTP_RELAY_CLIENT_IP_HEADER_TRUSTED_PROXIES: '1',
      OHTTP_RELAY_KEY_CACHE_TTL_SECS: '7',
    })
    expect(options).toMatchObject({
      gateway: 'http://gateway:8080',
      listen: { host: '::', port: 8083 },
      maxRequestBytes: 1000,
      maxResponseBytes: 2000,
      maxKeyResponseBytes: 3000,
      rateLimitPerSecond: 4,
      rateLimitMaxBuckets: 5000,
      requestTimeoutSeconds: 6,
      clientIpHeader: 'x-real-ip',
      clientIpHeaderTrustedProxies: 1,
      keyCacheSeconds: 7,
    })
    const both = {
      OHTTP_RELAY_KEY_CACHE_TTL_SECS: '7',
      SOTTO_FORWARD_KEY_CACHE_TTL_SECS: '8',
    }
    expect(run(gateway, both).keyCacheSeconds).toBe(8)
    expect(run([...gateway, '--key-cache-ttl-secs=9'], both).keyCacheSeconds).toBe(9)
  })

  test('take a gateway of scheme, host and port, and nothing more', () => {
    for (const url of ['http://a', 'https://a.example:444', 'http://[::1]:8080']) {
      expect(run(['--gateway', url]).gateway).toBe(url)
    }
    const bad = [
      'ftp://a',
      'a.example',
      'https://a/',
      'https://a/v2',
      'https://a?b',
      'https://a#b',
      'https://u:password-4711@a',
      'https://',
      'https://a b',
      'https://a:70000',
    ]
    for (const url of bad) {
      const text = refusal(['--gateway', url])
      expect([url, text]).toEqual([url, expect.stringContaining('Cannot use --gateway')])
      expect(text).not.toContain('4711')
    }
  })

  test('take an address and a port to listen on', () => {
    expect(run([...gateway, '--listen', 'localhost:0']).listen.host).toBe('localhost')
    for (const text of ['8082', '127.0.0.1', '::1:80', 'a.example:80', '127.0.0.1:70000', ':80']) {
      expect(refusal([...gateway, '--listen', text])).toContain('Cannot use --listen')
    }
  })

  test('say everything that is wrong at once, and what may have been meant', () => {
    const text = refusal(['--gatewai', 'https://a', '--listen', 'x', 'stray', '--tls-cert', 'c'])
    expect(text).toContain('The nearest is --gateway')
    expect(text).toContain('Cannot use --listen "x"')
    expect(text).toContain('Cannot use argument')
    expect(text).toContain('--tls-key')
    expect(refusal([...gateway, ...gateway])).toContain('given twice')
    expect(refusal(['--gateway'])).toContain('needs a value')
    expect(refusal([...gateway, '--log-level', 'loud'])).toContain(
      'debug, info, warn, error or off',
    )
  })

  test('are all in the help', () => {
    const parsed = parseForwardOptions(['--help', '--nonsense'], {})
    if (parsed.kind !== 'help') throw new Error(parsed.kind)
    for (const [, row] of rows) {
      for (const name of [...row.flags, ...variablesOf(row)]) expect(parsed.text).toContain(name)
    }
  })

  test('have names that mean one thing each', () => {
    const names = rows.flatMap(([, row]) => [...row.flags, ...variablesOf(row)])
    expect(new Set(names).size).toBe(names.length)
  })
})
