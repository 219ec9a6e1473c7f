import { describe, expect, test } from 'vitest'
import { refusal, run, warnings } from '#options/parsing-for-tests.ts'

describe('What vauchi-relay documents', () => {
  test('is understood, with its defaults', () => {
    const options = run([])
    const documented: readonly (readonly [variable: string, value: unknown, byDefault: unknown])[] =
      [
        ['RELAY_HTTP_API_ENABLED', options.obliviousEnabled, true],
        ['RELAY_MAX_MESSAGE_SIZE', options.obliviousMaxMessageBytes, 1_048_576],
        ['RELAY_BLOB_TTL_SECS', options.obliviousTtlSeconds, 10_368_000],
        ['RELAY_MAX_BLOBS_PER_USER', options.obliviousMaxBlobs, 1000],
        ['RELAY_MAX_STORAGE_PER_USER', options.obliviousMaxBytes, 50_000_000],
        ['RELAY_MAX_STORAGE_BYTES', options.obliviousMaxTotalBytes, 1_073_741_824],
        ['RELAY_RATE_LIMIT', options.obliviousPerMinute, 60],
        ['RELAY_RECOVERY_RATE_LIMIT', options.recoveryPerMinute, 10],
        ['RELAY_OHTTP_EXCHANGE_RATE_LIMIT', options.exchangeSealedPerMinute, 300],
        ['RELAY_EXCHANGE_MAX_OFFERS', options.exchangeMaxOffers, 10_000],
        ['RELAY_EXCHANGE_DEFAULT_TTL_SECS', options.exchangeTtlSeconds, 300],
        ['RELAY_VERSION_MIN', options.appVersionMin, 0],
        ['RELAY_VERSION_WARN', options.appVersionWarn, undefined],
        ['RELAY_VERSION_GRACE_DAYS', options.appVersionGraceDays, 14],
        ['RELAY_VERSION_CHANGED_AT_SECS', options.appVersionChangedAt, undefined],
      ]
    for (const [variable, value, byDefault] of documented) {
      expect([variable, value]).toEqual([variable, byDefault])
      expect(refusal([], { [variable]: 'no value' })).toContain(`Cannot use ${variable}`)
    }
    expect(run([], { RELAY_DATA_DIR: '/data' }).dataDir).toBe('/data')
    expect(run([], { RELAY_CLEANUP_INTERVAL: '3600' }).messagingCleanupIntervalSeconds).toBe(3600)
    expect(run([], { RELAY_LOG_FORMAT: 'json' }).logFormat).toBe('json')
    expect(run([], { RUST_LOG: 'vauchi_relay=warn,hyper=debug' }).logLevel).toBe('warn')
  })

  test('vauchi 59: more than half a million offers are too many to start with', () => {
    expect(refusal([], { RELAY_EXCHANGE_MAX_OFFERS: '500001' })).toContain('from 1 to 500000')
    expect(run([], { RELAY_EXCHANGE_MAX_OFFERS: '500000' }).exchangeMaxOffers).toBe(500_000)
  })

  test('vauchi 24: 0 takes a quota away', () => {
    const options = run([], {
      RELAY_MAX_BLOBS_PER_USER: '0',
      RELAY_MAX_STORAGE_PER_USER: '0',
      RELAY_MAX_STORAGE_BYTES: '0',
    })
    const { obliviousMaxBlobs, obliviousMaxBytes, obliviousMaxTotalBytes } = options
    expect([obliviousMaxBlobs, obliviousMaxBytes, obliviousMaxTotalBytes]).toEqual([
      Infinity,
      Infinity,
      Infinity,
    ])
  })

  test.each([
    ['0.0.0.0:9000', '0.0.0.0', 9000],
    ['[::]:9000', '::', 9000],
    ['[::1]', '::1', undefined],
    ['::1', '::1', undefined],
    ['192.0.2.1', '192.0.2.1', undefined],
    ['9000', undefined, 9000],
  ])('the address %s is split into its host and its port', (text, host, port) => {
    const usual = run([])
    const front = run([], { RELAY_LISTEN_ADDR: text })
    expect([front.host, front.port]).toEqual([host ?? usual.host, port ?? usual.port])
    const ops = run([], { RELAY_METRICS_ADDR: text })
    expect([ops.mgmtHost, ops.mgmtPort]).toEqual([host ?? usual.mgmtHost, port ?? usual.mgmtPort])
  })

  test.each(['nowhere:9000', '1.2.3.4:99999', '1.2.3.4:', ':9000'])(
    'the address %s is refused by name',
    (text) => {
      expect(refusal([], { RELAY_LISTEN_ADDR: text })).toContain('Cannot use RELAY_LISTEN_ADDR')
    },
  )

  test('our own names win over an address with both', () => {
    const env = { RELAY_LISTEN_ADDR: '0.0.0.0:9000', SOTTO_PORT: '7000' }
    expect(run([], env)).toMatchObject({ host: '0.0.0.0', port: 7000 })
    expect(run(['--host', '127.0.0.1'], env)).toMatchObject({ host: '127.0.0.1', port: 7000 })
  })

  test('the backends are a database in memory, and the file that is there by default', () => {
    const database = (backend: string) => run([], { RELAY_STORAGE_BACKEND: backend }).database
    expect(database('memory')).toEqual({ kind: 'memory' })
    expect(database('sqlite')).toEqual(run([]).database)
    expect(refusal([], { RELAY_STORAGE_BACKEND: 'redis' })).toContain('RELAY_STORAGE_BACKEND')
  })

  test('a version to warn below is not older than the oldest that is let in', () => {
    expect(refusal(['--app-version-min', '5', '--app-version-warn', '4'])).toContain(
      'Cannot warn below version 4',
    )
    expect(run(['--app-version-min', '5', '--app-version-warn', '5'])).toBeDefined()
    expect(run(['--app-version-min', '5'])).toBeDefined()
  })

  test('what has no effect here is said at the start', () => {
    for (const name of ['RELAY_MAX_CONNECTIONS', 'RELAY_IDLE_TIMEOUT']) {
      expect(warnings([], { [name]: '1' }).join()).toContain(`${name} has no effect`)
    }
  })
})
