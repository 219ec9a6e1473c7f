import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { longSecret, refusal, run, s3Keys, warnings } from '#options/parsing-for-tests.ts'

describe('values', () => {
  test('numbers are whole, plain and in their bounds', () => {
    for (const bad of [
      '-1',
      '1.5',
      '1e3',
      '0x10',
      '080',
      '+8',
      '65536',
      '99999999999999999999',
      'ten',
      '8 0',
    ]) {
      expect(refusal(['--port', bad])).toContain(
        `Cannot use --port ${JSON.stringify(bad)}: must be a whole number from 0 to 65535`,
      )
    }
    expect(refusal([], { RATE_LIMIT_BURST: '0' })).toContain(
      'Cannot use RATE_LIMIT_BURST "0": must be a whole number from 1 to 1000000',
    )
    expect(run(['--port', '0']).port).toBe(0)
  })

  test('bytes may be written with a unit', () => {
    expect(run(['--max-inbox-bytes', '4MiB']).maxInboxBytes).toBe(4_194_304)
    expect(run(['--max-inbox-bytes', '4194304']).maxInboxBytes).toBe(4_194_304)
    for (const bad of ['4MB', '4 MiB', '1.5GiB', '-4MiB', '9999999GiB', '1KiB']) {
      expect(refusal(['--max-inbox-bytes', bad])).toContain('must be bytes, plain or as KiB')
    }
  })

  test('switches: alone, with =, and as variables', () => {
    expect(run(['--tls-verified']).tlsVerified).toBe(true)
    expect(run(['--tls-verified=false']).tlsVerified).toBe(false)
    expect(run([], { SC_REQUIRE_TLS: '0' }).requireTls).toBe(false)
    expect(run([], { RELAY_TLS_VERIFIED: 'TRUE' }).tlsVerified).toBe(true)
    expect(refusal([], { RELAY_TLS_VERIFIED: 'yes' })).toContain(
      'Cannot use RELAY_TLS_VERIFIED "yes": must be true or false',
    )
    expect(refusal(['--tls-verified', 'true'])).toContain('write --tls-verified=value')
  })

  test('proxies: trimmed, repeatable, single addresses, an empty list, mapped ranges', () => {
    const ranges = (argv: string[]): string[] =>
      run(argv).trustedProxies.map((range) => `${range.address}/${range.prefix}`)
    expect(ranges(['--trusted-proxies', ' 10.0.0.0/8 , 192.0.2.1 '])).toEqual([
      '10.0.0.0/8',
      '192.0.2.1/32',
    ])
    expect(ranges(['--trusted-proxies', '10.0.0.0/8', '--trusted-proxies=fd00::/8'])).toEqual([
      '10.0.0.0/8',
      'fd00:0:0:0:0:0:0:0/8',
    ])
    expect(ranges(['--trusted-proxies', 'none'])).toEqual([])
    expect(ranges(['--trusted-proxies', '::ffff:10.0.0.0/104'])).toEqual(['10.0.0.0/8'])
    for (const bad of [
      '10.0.0.0/33',
      '10.0.0/8',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      '::/129',
      'proxy',
      '1.2.3.4,,',
      '::ffff:1.2.3.4/90',
    ]) {
      expect(refusal(['--trusted-proxies', bad])).toContain('must be an IP address or a CIDR range')
    }
  })

  test('databases: SQLite by path, memory, and a sentence for PostgreSQL', () => {
    expect(run(['--data-dir', '/srv/x']).database).toEqual({
      kind: 'sqlite',
      path: '/srv/x/sotto.db',
    })
    expect(run(['--database-url', 'sqlite:a.db']).database).toEqual({
      kind: 'sqlite',
      path: 'a.db',
    })
    expect(run(['--database-url', 'sqlite:///a.db']).database).toEqual({
      kind: 'sqlite',
      path: '/a.db',
    })
    expect(run(['--database-url', 'memory:']).database).toEqual({ kind: 'memory' })
    expect(warnings(['--database-url', 'memory:']).join()).toContain('gone when the relay stops')
    const postgres = refusal([], { DATABASE_URL: 'postgresql://relay:hunter2@db/relay' })
    expect(postgres).toContain('Cannot use DATABASE_URL: must be sqlite:PATH or memory:')
    expect(postgres).toContain('leave the option unset to use sotto.db in the data folder')
    expect(postgres).not.toContain('hunter2')
    for (const same of ['sqlite://./data/x.db', 'sqlite:./data/x.db?mode=rwc']) {
      expect(run([], { SC_DATABASE_URL: same }).database).toEqual({
        kind: 'sqlite',
        path: './data/x.db',
      })
    }
    for (const bad of ['sqlite:', 'mysql://x', 'x.db', 'sqlite:x.db?mode=ro', 'sqlite:x?a=1']) {
      expect(refusal(['--database-url', bad])).toContain('must be sqlite:PATH')
    }
  })

  test('numbers of sockets: 0 takes the limit away', () => {
    expect(run(['--max-sockets', '7']).maxSockets).toBe(7)
    expect(run(['--max-sockets', '0']).maxSockets).toBe(Number.POSITIVE_INFINITY)
    expect(run([], { SC_MAX_CONNECTIONS_PER_IP: '0' }).maxSocketsPerAddress).toBe(
      Number.POSITIVE_INFINITY,
    )
    expect(refusal(['--max-sockets', '-1'])).toContain(
      'must be a whole number from 0 to 10000000, 0 for no limit',
    )
  })

  test('origins: trimmed, repeatable, of any scheme, without what an origin does not have', () => {
    const origins = (...texts: string[]) =>
      run(texts.map((text) => `--cors-origins=${text}`)).corsOrigins
    expect(origins()).toBeUndefined()
    expect(origins('none')).toEqual([])
    expect(origins(' https://a.example , http://localhost:5173')).toEqual([
      'https://a.example',
      'http://localhost:5173',
    ])
    expect(origins('https://A.Example:443', 'tauri://localhost', 'http://[::1]:8080')).toEqual([
      'https://a.example',
      'tauri://localhost',
      'http://[::1]:8080',
    ])
    for (const bad of [
      '*',
      'null',
      'a.example',
      'https://',
      'https://a.example/',
      'https://a.example/x',
      'https://u@a.example',
      'https://*.a.example',
      'https://a.example:99999',
      'https://a.example,,https://b.example',
      'https://a b',
    ]) {
      expect(refusal(['--cors-origins', bad])).toContain('must be an origin: scheme, host and')
    }
  })

  test('STUN and TURN are what their schemes say', () => {
    for (const good of ['stun:h', 'stun:stun.example:3478', 'stuns:[2001:db8::1]:5349']) {
      expect(run(['--ice-stun-url', good]).iceStunUrl).toBe(good)
    }
    for (const good of ['turn:h:3478?transport=udp', 'turns:turn.example:5349?transport=tcp']) {
      expect(run(['--ice-turn-url', good]).iceTurnUrl).toBe(good)
    }
    for (const bad of ['stun.example', 'turn:h', 'stun://h', 'stun:', 'stun:h?x', 'stun:h:port']) {
      expect(refusal(['--ice-stun-url', bad])).toContain('must be a STUN URL')
    }
    for (const bad of ['stun:h', 'turn:u@h', 'turn:h?transport=sctp', 'turn:h\nturn:g', 'turn:']) {
      expect(refusal(['--ice-turn-url', bad])).toContain('must be a TURN URL')
    }
  })

  test('addresses: literals and localhost', () => {
    expect(run(['--host', '[::1]']).host).toBe('::1')
    expect(run(['--host', 'localhost']).host).toBe('localhost')
    expect(refusal(['--host', 'relay.example'])).toContain('must be an IP address, or localhost')
  })

  test('the management port can be off, and is never that of the clients', () => {
    expect(run(['--mgmt-port', 'off']).mgmtPort).toBe('off')
    expect(run(['--mgmt-port', '0', '--port', '0']).mgmtPort).toBe(0)
    expect(refusal(['--port', '9090'])).toContain('Cannot use port 9090 for both')
  })

  test('the log level understands the simple part of RUST_LOG', () => {
    expect(run([], { RUST_LOG: 'trace' }).logLevel).toBe('debug')
    expect(run([], { RUST_LOG: 'obscura=debug,warn' }).logLevel).toBe('warn')
    expect(run([], { RUST_LOG: 'debug', SOTTO_LOG_LEVEL: 'error' }).logLevel).toBe('error')
    expect(run([], { RUST_LOG: 'obscura=debug' }).logLevel).toBe('info')
    expect(warnings([], { RUST_LOG: 'obscura=debug' })).toEqual([
      'RUST_LOG says nothing about --log-level and is ignored',
    ])
  })

  test('certificate and key go together', () => {
    expect(run(['--tls-cert', 'c', '--tls-key', 'k']).tls).toEqual({ certPath: 'c', keyPath: 'k' })
    expect(refusal(['--tls-cert', 'c'])).toContain(
      'Cannot use --tls-cert alone: --tls-key is not set',
    )
    expect(refusal([], { SC_TLS_KEY: 'k' })).toContain('Cannot use --tls-key alone')
  })
})

describe('secrets', () => {
  test('a signing secret has 16 bytes, and is not the one from the example file', () => {
    expect(run(['--jwt-secret', longSecret]).jwtSecret?.reveal()).toBe(longSecret)
    expect(refusal(['--jwt-secret', 'fifteen bytes..'])).toContain('at least 16 bytes')
    expect(run(['--jwt-secret', 'éééééééé']).jwtSecret?.reveal()).toBe('éééééééé')
    expect(refusal([], { OBSCURA_JWT_SECRET: 'change_me_in_production' })).toContain(
      'must be a secret of your own',
    )
  })

  test('nothing shows a secret that was read', () => {
    const options = run([
      ...['--jwt-secret', longSecret, '--admin-token', longSecret],
      ...['--ice-turn-url', 'turn:h', '--ice-turn-secret', longSecret, ...s3Keys],
    ])
    expect(options.adminToken?.reveal()).toBe(longSecret)
    expect(options.iceTurnSecret?.reveal()).toBe(longSecret)
    for (const text of [
      inspect(options, { depth: 9 }),
      JSON.stringify(options),
      String(options.jwtSecret),
    ]) {
      expect(text).not.toContain(longSecret)
      expect(text).toContain('[secret]')
    }
  })
})

describe('storage', () => {
  test('S3 is chosen by what only S3 needs, and by its name', () => {
    expect(run([...s3Keys, '--storage-endpoint', 'http://minio:9000/']).storage).toMatchObject({
      kind: 's3',
      endpoint: 'http://minio:9000',
      bucket: 'obscura-attachments',
      region: 'us-east-1',
      forcePathStyle: false,
    })
    const onAmazon = run([...s3Keys, '--storage', 's3', '--storage-region', 'eu-west-1']).storage
    expect(onAmazon).toMatchObject({ endpoint: 'https://s3.eu-west-1.amazonaws.com' })
  })

  test("another program's AWS variables choose nothing, but are used", () => {
    const env = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key' }
    expect(run([], env).storage.kind).toBe('disk')
    expect(warnings([], env)).toEqual([])
    expect(run(['--storage-bucket', 'mine'], env).storage.kind).toBe('s3')
  })

  test('S3 without keys does not start, and says what is missing and who asked', () => {
    expect(refusal([], { OBSCURA_STORAGE_ENDPOINT: 'http://minio:9000' })).toContain(
      'Cannot keep attachments in S3, as OBSCURA_STORAGE_ENDPOINT asks: set --storage-access-key and --storage-secret-key',
    )
    expect(refusal(['--storage', 's3'])).toContain('as --storage asks')
  })

  test('settings of S3 beside --storage disk are warned of', () => {
    expect(run(['--storage', 'disk', ...s3Keys]).storage.kind).toBe('disk')
    expect(warnings(['--storage', 'disk', ...s3Keys])).toEqual([
      '--storage-access-key is ignored: attachments rest on the disk',
    ])
  })
})
