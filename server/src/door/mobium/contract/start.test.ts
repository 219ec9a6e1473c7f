/**
 * @module How the relay starts from an environment made for Mobium's server (mobium reference §3, behaviours 89, 90).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listenPolicy, parseOptions } from '#options.ts'
import { runToEnd } from '#door/mobium/contract/program-for-tests.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sotto-start-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function optionsOf(env: Readonly<Record<string, string>>) {
  const parsed = parseOptions([], env)
  if (parsed.kind !== 'run') throw new Error(parsed.text)
  return parsed.options
}

describe('TLS that is required', () => {
  test('mobium 89: and has no certificate: the relay does not start, and names what is missing', async () => {
    const env = { SC_HOST: '0.0.0.0', SC_REQUIRE_TLS: 'true' }
    const { code, text } = await runToEnd({ folder, env })
    expect(code).toBe(2)
    for (const name of ['SC_TLS_CERT', 'SC_TLS_KEY', 'SC_REQUIRE_TLS']) expect(text).toContain(name)
  })

  test.each([
    ['with neither', {}, 'refused'],
    ['with both', { SC_TLS_CERT: 'a.pem', SC_TLS_KEY: 'b.pem' }, 'own-tls'],
    ['waived', { SC_REQUIRE_TLS: 'false' }, 'waived'],
    ['behind a proxy', { RELAY_TLS_VERIFIED: 'true' }, 'proxy-terminates'],
  ])('mobium 89: %s', (_, env, kind) => {
    expect(listenPolicy(optionsOf({ SC_HOST: '0.0.0.0', ...env })).kind).toBe(kind)
  })

  test.each([
    ['SC_TLS_CERT', 'tls-key'],
    ['SC_TLS_KEY', 'tls-cert'],
  ])('mobium 89: %s alone is not enough', (name, missing) => {
    const parsed = parseOptions([], { [name]: 'file.pem' })
    expect(parsed).toMatchObject({ kind: 'refused' })
    expect(parsed.kind === 'refused' ? parsed.text : '').toContain(missing)
  })
})

describe('Numbers', () => {
  test('mobium 90: that are none: the relay does not start, and names the variable', async () => {
    const { code, text } = await runToEnd({ folder, env: { SC_PORT: 'eighty' } })
    expect(code).toBe(2)
    expect(text).toContain('SC_PORT')
  })

  test.each([
    'SC_PORT',
    'SC_MAX_CONNECTIONS',
    'SC_MAX_CONNECTIONS_PER_IP',
    'SC_MAX_MESSAGE_SIZE',
    'SC_MAX_OFFLINE_MESSAGES',
    'SC_MESSAGE_TTL',
    'SC_WS_PING_INTERVAL',
    'SC_AUTH_TIMEOUT',
    'SC_ICE_TTL',
  ])('mobium 90: %s must be a number', (name) => {
    for (const value of ['many', '-1', '1.5', '1e3', '99999999999999999999']) {
      const parsed = parseOptions([], { [name]: value })
      expect(parsed).toMatchObject({ kind: 'refused' })
      expect(parsed.kind === 'refused' ? parsed.text : '').toContain(name)
    }
  })

  test('mobium 90: have the defaults of the reference, where not another one is better', () => {
    const options = optionsOf({})
    expect(options).toMatchObject({
      liveMaxMessageBytes: 1_048_576,
      liveMessageTtlSeconds: 604_800,
      wsPingIntervalSeconds: 30,
      liveAuthTimeoutSeconds: 10,
      requireTls: true,
      adminToken: undefined,
      corsOrigins: undefined,
      iceStunUrl: undefined,
      iceTurnUrl: undefined,
      iceTurnSecret: undefined,
      iceTtlSeconds: 86_400,
      // There: 10, which two families behind one address pass, and 2000.
      maxSocketsPerAddress: 100,
      maxSockets: 20_000,
    })
  })

  test('mobium 90: and what an environment says counts', () => {
    const options = optionsOf({
      SC_HOST: '127.0.0.1',
      SC_PORT: '8443',
      SC_DATABASE_URL: 'sqlite:///var/lib/mobium.db',
      SC_MAX_CONNECTIONS: '5',
      SC_MAX_CONNECTIONS_PER_IP: '2',
      SC_MAX_MESSAGE_SIZE: '65536',
      SC_MAX_OFFLINE_MESSAGES: '7',
      SC_MESSAGE_TTL: '60',
      SC_WS_PING_INTERVAL: '11',
      SC_AUTH_TIMEOUT: '3',
      SC_CORS_ORIGINS: 'https://app.example',
      SC_ADMIN_TOKEN: 'token',
      SC_ICE_STUN_URL: 'stun:stun.example',
      SC_ICE_TURN_URL: 'turn:turn.example',
      SC_ICE_TURN_SECRET: 'north',
      SC_ICE_TTL: '60',
    })
    expect(options).toMatchObject({
      host: '127.0.0.1',
      port: 8443,
      database: { kind: 'sqlite', path: '/var/lib/mobium.db' },
      maxSockets: 5,
      maxSocketsPerAddress: 2,
      liveMaxMessageBytes: 65_536,
      maxInboxSize: 7,
      liveMessageTtlSeconds: 60,
      wsPingIntervalSeconds: 11,
      liveAuthTimeoutSeconds: 3,
      iceStunUrl: 'stun:stun.example',
      iceTurnUrl: 'turn:turn.example',
      iceTtlSeconds: 60,
    })
    expect(options.adminToken?.reveal()).toBe('token')
    expect(options.iceTurnSecret?.reveal()).toBe('north')
  })
})
