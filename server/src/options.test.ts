import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { variablesOf } from '#options/option.ts'
import { optionsPage } from '#options/page.ts'
import { refusal, rows, run, warnings } from '#options/parsing-for-tests.ts'
import { groups } from '#options/table.ts'
import { listenPolicy, parseOptions } from '#options.ts'

describe('without anything', () => {
  test('the relay listens on loopback, keeps SQLite in ./data, and has nothing to warn of', () => {
    const options = run([])
    expect(options.host).toBe('127.0.0.1')
    expect(options.port).toBe(8080)
    expect(options.mgmtHost).toBe('127.0.0.1')
    expect(options.mgmtPort).toBe(9090)
    expect(options.database).toEqual({ kind: 'sqlite', path: 'data/sotto.db' })
    expect(options.storage).toEqual({ kind: 'disk' })
    expect(options.jwtSecret).toBeUndefined()
    expect(options.tls).toBeUndefined()
    expect(options.inboxOverflow).toBe('refuse')
    expect(options.maxInboxBytes).toBe(268_435_456)
    expect(options.trustedProxies.map((range) => `${range.address}/${range.prefix}`)).toEqual([
      '127.0.0.1/32',
      '0:0:0:0:0:0:0:1/128',
    ])
    expect(warnings([])).toEqual([])
  })

  test('every default of the table can be read', () => {
    const unreadable = rows.filter(
      (row) => row.byDefault !== undefined && row.shape.read(row.byDefault).kind === 'refused',
    )
    expect(unreadable).toEqual([])
    expect(rows.filter((row) => (row.byDefault ?? row.whenUnset) === undefined)).toEqual([])
  })
})

describe('warnings', () => {
  test('options without effect are accepted with any value and named once a reason', () => {
    const found = warnings(['--otlp-endpoint', 'x', '--gc-interval-secs', '?'], {
      OBSCURA_TRACE_SAMPLING_RATIO: '2',
    })
    expect(found).toHaveLength(2)
    expect(found[0]).toMatch(/^--gc-interval-secs has no effect\. There are no event channels/)
    expect(found[1]).toMatch(
      /^--otlp-endpoint, OBSCURA_TRACE_SAMPLING_RATIO have no effect\. OTLP export is not in this version.*\/metrics/,
    )
  })

  test('a misspelt variable is named, a variable of Kubernetes is not', () => {
    const env = {
      SOTTO_POTR: 'x',
      OBSCURA_POOL_SIZE: '1',
      SOTTO_SERVICE_HOST: '10.0.0.1',
      OTHER: '1',
    }
    expect(warnings([], env)).toEqual([
      'OBSCURA_POOL_SIZE is not understood and is ignored',
      'SOTTO_POTR is not understood and is ignored. The nearest that is understood is SOTTO_PORT',
    ])
    expect(refusal([], { SOTTO_PORT: 'tcp://10.0.0.1:80' })).toContain('enableServiceLinks: false')
  })

  test('a misspelt variable of Mobium is named, what is only called a little like one is not', () => {
    expect(warnings([], { SC_MAX_CONECTIONS: '5', SC_VERSION_MANAGER_HOME: '/x' })).toEqual([
      'SC_MAX_CONECTIONS is not understood and is ignored. The nearest that is understood is SC_MAX_CONNECTIONS',
    ])
  })

  test('a TURN secret without a TURN server', () => {
    expect(warnings([], { SC_ICE_TURN_SECRET: 'x' })).toEqual([
      'SC_ICE_TURN_SECRET is ignored: --ice-turn-url is not set',
    ])
  })

  test('proxies that are not named, and proxies that are everybody', () => {
    const behindProxy = ['--host', '0.0.0.0', '--tls-verified']
    expect(warnings(behindProxy).join()).toContain("share the proxy's rate limit")
    expect(warnings([...behindProxy, '--trusted-proxies', '10.0.0.0/8'])).toEqual([])
    expect(warnings(['--trusted-proxies', '::/0']).join()).toContain(
      'Every address is a trusted proxy',
    )
  })
})

describe('an environment file of Mobium', () => {
  const example = {
    SC_HOST: '0.0.0.0',
    SC_PORT: '8443',
    SC_DATABASE_URL: 'sqlite://./data/mobium.db',
    SC_REQUIRE_TLS: 'false',
    SC_MAX_CONNECTIONS: '2000',
    SC_MAX_CONNECTIONS_PER_IP: '10',
    SC_MAX_MESSAGE_SIZE: '65536',
    SC_MAX_OFFLINE_MESSAGES: '500',
    SC_MESSAGE_TTL: '3600',
    SC_WS_PING_INTERVAL: '20',
    SC_AUTH_TIMEOUT: '5',
    SC_CORS_ORIGINS: 'https://a.example, https://b.example',
    SC_ADMIN_TOKEN: 'a token',
    SC_ICE_STUN_URL: 'stun:stun.example:3478',
    SC_ICE_TURN_URL: 'turn:turn.example:3478',
    SC_ICE_TURN_SECRET: 'shared',
    SC_ICE_TTL: '600',
    RUST_LOG: 'mobium_server=debug,warn',
  }

  test('is understood as it is', () => {
    expect(warnings([], example)).toEqual([])
    expect(run([], example)).toMatchObject({
      host: '0.0.0.0',
      port: 8443,
      database: { kind: 'sqlite', path: './data/mobium.db' },
      requireTls: false,
      maxSockets: 2000,
      maxSocketsPerAddress: 10,
      liveMaxMessageBytes: 65_536,
      maxInboxSize: 500,
      liveMessageTtlSeconds: 3600,
      wsPingIntervalSeconds: 20,
      liveAuthTimeoutSeconds: 5,
      corsOrigins: ['https://a.example', 'https://b.example'],
      iceStunUrl: 'stun:stun.example:3478',
      iceTurnUrl: 'turn:turn.example:3478',
      iceTtlSeconds: 600,
      logLevel: 'warn',
    })
  })

  test('may name an authority for certificates of clients, which has no effect', () => {
    expect(warnings([], { SC_MTLS_CA: '/ca.pem' }).join()).toMatch(/^SC_MTLS_CA has no effect\./)
  })

  test.each([
    ['SC_PORT', 'https'],
    ['SC_MAX_CONNECTIONS', 'many'],
    ['SC_MAX_CONNECTIONS_PER_IP', '-1'],
    ['SC_MAX_MESSAGE_SIZE', '1MB'],
    ['SC_MAX_OFFLINE_MESSAGES', '1e3'],
    ['SC_MESSAGE_TTL', '7d'],
    ['SC_WS_PING_INTERVAL', '0'],
    ['SC_AUTH_TIMEOUT', ''.padEnd(20, '9')],
    ['SC_ICE_TTL', '1.5'],
    ['SC_REQUIRE_TLS', 'maybe'],
  ])('mobium 90: that gives %s the value %s is refused by name', (name, value) => {
    const [first] = refusal([], { ...example, [name]: value }).split('\n')
    expect(first).toMatch(new RegExp(`^Cannot use ${name} "${value}": must be `))
  })

  test('mobium 90: that is empty leaves the defaults that clients notice as they are there', () => {
    expect(run([])).toMatchObject({
      requireTls: true,
      liveMaxMessageBytes: 1_048_576,
      maxInboxSize: 1000,
      liveMessageTtlSeconds: 604_800,
      wsPingIntervalSeconds: 30,
      liveAuthTimeoutSeconds: 10,
      corsOrigins: undefined,
      adminToken: undefined,
      iceStunUrl: undefined,
      iceTurnUrl: undefined,
      iceTtlSeconds: 86_400,
    })
  })
})

describe('help and version', () => {
  test('help wins over mistakes, fits 100 columns, and shows every flag, variable and default', () => {
    const parsed = parseOptions(['--banana', '--help'], {})
    if (parsed.kind !== 'help') throw new Error(parsed.kind)
    for (const line of parsed.text.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
    for (const row of rows) {
      for (const name of [...row.flags, ...variablesOf(row)]) expect(parsed.text).toContain(name)
      expect(parsed.text).toContain(`Default: ${row.byDefault ?? 'unset ('}`)
    }
    for (const { title } of groups) expect(parsed.text).toContain(`\n${title}:\n`)
  })

  test('version says which', () => {
    const parsed = parseOptions(['--version'], {})
    expect(parsed.kind === 'version' && /^sotto-relay \d+\.\d+\.\d+$/.test(parsed.text)).toBe(true)
  })

  test('docs/options.md is the page of this table', async () => {
    const page = new URL('../../docs/options.md', import.meta.url)
    expect(await readFile(page, 'utf8')).toBe(optionsPage())
  })
})

describe('listening', () => {
  const tls = ['--tls-cert', 'c', '--tls-key', 'k']
  const cases: readonly (readonly [string, string[], string])[] = [
    ['in clear on loopback', [], 'clear-on-loopback'],
    ['in clear on IPv6 loopback', ['--host', '::1'], 'clear-on-loopback'],
    ['in clear on localhost', ['--host', 'localhost'], 'clear-on-loopback'],
    ['in clear on any of 127/8', ['--host', '127.9.9.9'], 'clear-on-loopback'],
    ['with its own certificate', ['--host', '0.0.0.0', ...tls], 'own-tls'],
    ['with its own certificate on loopback too', tls, 'own-tls'],
    ['behind a proxy', ['--host', '0.0.0.0', '--tls-verified'], 'proxy-terminates'],
    ['in clear where that is waived', ['--host', '::', '--require-tls=false'], 'waived'],
    ['not at all otherwise', ['--host', '0.0.0.0'], 'refused'],
    ['not at all on a private address', ['--host', '192.168.1.2'], 'refused'],
  ]
  for (const [name, argv, kind] of cases) {
    test(`the relay listens ${name}`, () => {
      expect(listenPolicy(run(argv)).kind).toBe(kind)
    })
  }

  test('mobium 89: the refusal names the two variables, and the other ways out', () => {
    const policy = listenPolicy(run(['--host', '0.0.0.0']))
    if (policy.kind !== 'refused') throw new Error(policy.kind)
    for (const way of [
      'SC_TLS_CERT',
      'SC_TLS_KEY',
      'RELAY_TLS_VERIFIED=true',
      'SC_REQUIRE_TLS=false',
    ]) {
      expect(policy.text).toContain(way)
    }
  })
})
