import { describe, expect, test } from 'vitest'
import { variablesOf } from '#options/option.ts'
import { longSecret, refusal, rows, run, s3Keys } from '#options/parsing-for-tests.ts'
import { withoutEffect } from '#options/table/without-effect.ts'
import type { Options } from '#options.ts'

describe('the names of an option', () => {
  /** A value that is not the default, by the kind of value. */
  const samples: Record<string, string> = {
    ADDRESS: '192.0.2.7',
    PORT: '4711',
    PATH: '/x',
    'true|false': 'true',
    'CIDR[,CIDR]': '192.0.2.0/24',
    SECRET: longSecret,
    NAME: 'other-name',
    BYTES: '4194304',
    'disk|s3': 'disk',
    'refuse|drop-oldest': 'drop-oldest',
    'text|json': 'json',
    'array|bin': 'bin',
    'ORIGIN[,ORIGIN]': 'https://app.example',
    'STUN-URL': 'stun:stun.example',
    'TURN-URL': 'turns:turn.example',
    'debug|info|warn|error|off': 'error',
  }
  const special: Record<string, string> = {
    '--database-url': 'sqlite:/x.db',
    '--storage-endpoint': 'http://192.0.2.9',
    '--require-tls': 'false',
    '--live-auto-create': 'false',
    '--ohttp-enabled': 'false',
    '--live-max-message-bytes': '2048',
    '--exchange-ttl-secs': '60',
    '--oblivious-enabled': 'false',
    '--live-bytes-per-second': '2048',
    '--live-address-bytes-per-second': '2048',
  }
  /** What a value is read to, where that is another text. */
  const shown: Record<string, string> = {
    '--database-url': '/x.db',
    '--trusted-proxies': '192.0.2.0',
  }
  /** Options that cannot be used alone get what they need. */
  const others: Record<string, string[]> = {
    '--tls-cert': ['--tls-key', '/y'],
    '--tls-key': ['--tls-cert', '/y'],
    '--storage-access-key': ['--storage-secret-key', 'key', '--storage', 's3'],
    '--storage-endpoint': s3Keys,
    '--storage-bucket': s3Keys,
    '--storage-region': [...s3Keys, '--storage', 's3'],
    '--storage-secret-key': ['--storage-access-key', 'id', '--storage', 's3'],
    '--storage-force-path-style': [...s3Keys, '--storage', 's3'],
  }
  /** The options with their secrets revealed, so that two can be compared. */
  const seen = (options: Options): string => {
    const { adminToken, iceTurnSecret, jwtSecret, metricsToken, storage } = options
    const keys = storage.kind === 's3' ? [storage.accessKey, storage.secretKey] : []
    const secrets = [adminToken, iceTurnSecret, jwtSecret, metricsToken, ...keys]
    return JSON.stringify([options, secrets.map((secret) => secret?.reveal())])
  }

  test('each flag and each variable sets the option, and all alike', () => {
    for (const row of rows) {
      const flag = row.flags[0]
      const text = special[flag] ?? samples[row.shape.label] ?? '7'
      const rest = others[flag] ?? []
      const expected = seen(run([`${flag}=${text}`, ...rest]))
      const isDefault = rest.length === 0 && flag !== '--storage' && expected === seen(run([]))
      expect(`${flag} ${isDefault}`).toBe(`${flag} false`)
      expect(expected).toContain(shown[flag] ?? text)
      for (const alias of row.flags) expect(seen(run([`${alias}=${text}`, ...rest]))).toBe(expected)
      const apart = row.shape.isSwitch === true ? [] : row.flags
      for (const alias of apart) expect(seen(run([alias, text, ...rest]))).toBe(expected)
      for (const name of variablesOf(row)) {
        expect(seen(run(rest, { [name]: text }))).toBe(expected)
      }
    }
  })

  test('no flag and no variable means two things', () => {
    const flags = [
      ...rows.flatMap((row) => row.flags),
      ...withoutEffect.flatMap((row) => row.flags),
    ]
    const names = [
      ...rows.flatMap((row) => variablesOf(row)),
      ...withoutEffect.flatMap((row) => row.variables),
    ]
    expect(new Set(flags).size).toBe(flags.length)
    // Each says an address and a port.
    const pairs = ['RELAY_LISTEN_ADDR', 'RELAY_METRICS_ADDR']
    expect(new Set(names).size).toBe(names.length - pairs.length)
    for (const name of pairs) expect(names.filter((other) => other === name)).toHaveLength(2)
  })

  test('what obscura-server 0.2.6 and 0.3.9 document is understood, with its defaults', () => {
    const options = run([])
    const documented: readonly (readonly [
      flag: string,
      variable: string,
      value?: unknown,
      byDefault?: number,
    ])[] = [
      ['--access-token-ttl-secs', 'ACCESS_TOKEN_TTL_SECS', options.accessTokenTtlSeconds, 900],
      ['--refresh-token-ttl-days', 'REFRESH_TOKEN_TTL_DAYS', options.refreshTokenTtlDays, 30],
      ['--message-ttl-days', 'MESSAGE_TTL_DAYS', options.ttlDays, 30],
      ['--ttl-days', 'OBSCURA_TTL_DAYS', options.ttlDays, 30],
      ['--max-inbox-size', 'MAX_INBOX_SIZE', options.maxInboxSize, 1000],
      ['--message-batch-limit', 'MESSAGE_BATCH_LIMIT', options.batchLimit, 50],
      ['--batch-limit', 'OBSCURA_BATCH_LIMIT', options.batchLimit, 50],
      ['--rate-limit-per-second', 'RATE_LIMIT_PER_SECOND', options.rateLimitPerSecond, 10],
      ['--rate-limit-burst', 'RATE_LIMIT_BURST', options.rateLimitBurst, 20],
      [
        '--auth-rate-limit-per-second',
        'AUTH_RATE_LIMIT_PER_SECOND',
        options.authRateLimitPerSecond,
        1,
      ],
      ['--auth-rate-limit-burst', 'AUTH_RATE_LIMIT_BURST', options.authRateLimitBurst, 3],
      ['--ws-outbound-buffer-size', 'WS_OUTBOUND_BUFFER_SIZE'],
      ['--ws-ack-buffer-size', 'WS_ACK_BUFFER_SIZE', options.wsAckBufferSize, 100],
      ['--ws-ack-batch-size', 'WS_ACK_BATCH_SIZE', options.wsAckBatchSize, 50],
      [
        '--ws-ack-flush-interval-ms',
        'WS_ACK_FLUSH_INTERVAL_MS',
        options.wsAckFlushIntervalMillis,
        500,
      ],
      [
        '--message-cleanup-interval-secs',
        'MESSAGE_CLEANUP_INTERVAL_SECS',
        options.messagingCleanupIntervalSeconds,
        300,
      ],
      ['--messaging-cleanup-interval-secs', 'OBSCURA_MESSAGING_CLEANUP_INTERVAL_SECS'],
      ['--notification-gc-interval-secs', 'NOTIFICATION_GC_INTERVAL_SECS'],
      ['--notification-channel-capacity', 'NOTIFICATION_CHANNEL_CAPACITY'],
      ['--gc-interval-secs', 'OBSCURA_GC_INTERVAL_SECS'],
      ['--channel-capacity', 'OBSCURA_CHANNEL_CAPACITY'],
      ['--port', 'PORT'],
      ['--server-port', 'OBSCURA_PORT'],
      ['--mgmt-port', 'OBSCURA_MGMT_PORT', options.mgmtPort, 9090],
      [
        '--shutdown-timeout-secs',
        'OBSCURA_SHUTDOWN_TIMEOUT_SECS',
        options.shutdownTimeoutSeconds,
        5,
      ],
      [
        '--pre-key-refill-threshold',
        'OBSCURA_PRE_KEY_REFILL_THRESHOLD',
        options.prekeyRefillThreshold,
        20,
      ],
      ['--max-pre-keys', 'OBSCURA_MAX_PRE_KEYS', options.maxPrekeys, 100],
      [
        '--storage-max-size-bytes',
        'OBSCURA_STORAGE_MAX_SIZE_BYTES',
        options.storageMaxSizeBytes,
        52_428_800,
      ],
      [
        '--storage-cleanup-interval-secs',
        'OBSCURA_STORAGE_CLEANUP_INTERVAL_SECS',
        options.storageCleanupIntervalSeconds,
        3600,
      ],
      [
        '--storage-cleanup-batch-size',
        'OBSCURA_STORAGE_CLEANUP_BATCH_SIZE',
        options.storageCleanupBatchSize,
        100,
      ],
      ['--db-timeout-ms', 'OBSCURA_HEALTH_DB_TIMEOUT_MS', options.dbTimeoutMillis, 2000],
      [
        '--storage-timeout-ms',
        'OBSCURA_STORAGE_HEALTH_TIMEOUT_MS',
        options.storageTimeoutMillis,
        2000,
      ],
      ['--metrics-export-interval-secs', 'OBSCURA_TELEMETRY_METRICS_EXPORT_INTERVAL_SECS'],
      ['--export-timeout-secs', 'OBSCURA_TELEMETRY_EXPORT_TIMEOUT_SECS'],
    ]
    for (const [flag, variable, value, byDefault] of documented) {
      expect(`${flag} ${refusal([flag, '7'])}`).toBe(`${flag} run`)
      expect(`${variable} ${refusal([], { [variable]: '7' })}`).toBe(`${variable} run`)
      expect(value).toBe(byDefault)
    }
    const texts = {
      OBSCURA_JWT_SECRET: longSecret,
      JWT_SECRET: longSecret,
      OBSCURA_HOST: '127.0.0.2',
      SERVER_HOST: '127.0.0.2',
      OBSCURA_TRUSTED_PROXIES: '10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,127.0.0.1/32',
      TRUSTED_PROXIES: '10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 127.0.0.1/32',
      OBSCURA_OTLP_ENDPOINT: 'http://collector:4318',
      OBSCURA_TRACE_SAMPLING_RATIO: '0.5',
      OBSCURA_LOG_FORMAT: 'json',
      OBSCURA_STORAGE_FORCE_PATH_STYLE: 'true',
      OBSCURA_STORAGE_REGION: 'eu-west-1',
      RUST_LOG: 'info',
    }
    expect(refusal([], texts)).toBe('run')
  })
})

describe('precedence', () => {
  test('a flag beats a variable, our own variable a prefixed one, a prefixed one a plain one', () => {
    const all = { SOTTO_PORT: '2', OBSCURA_PORT: '3', PORT: '4' }
    expect(run(['--port', '1'], all).port).toBe(1)
    expect(run([], all).port).toBe(2)
    expect(run([], { OBSCURA_PORT: '3', PORT: '4' }).port).toBe(3)
    expect(run([], { PORT: '4' }).port).toBe(4)
  })

  test('an empty variable counts as unset', () => {
    expect(run([], { SOTTO_PORT: '', OBSCURA_PORT: '  ', PORT: '4' }).port).toBe(4)
    expect(run([], { PORT: '', JWT_SECRET: '' }).port).toBe(8080)
  })

  test('a bad variable that yields to another is not complained about', () => {
    expect(run(['--port', '1'], { PORT: 'tcp' }).port).toBe(1)
  })
})
