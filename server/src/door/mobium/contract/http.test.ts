/**
 * @module What the live door's clients and operators ask for over HTTP (mobium reference §2, behaviours 84–88).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '#door/obscura/contract/inbox-for-tests.ts'
import type { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'
import { arrive, gather, startLive } from '#door/mobium/contract/live-relay-for-tests.ts'
import { MobiumClient } from '#door/mobium/contract/mobium-client-for-tests.ts'
import { Person } from '#door/mobium/contract/person-for-tests.ts'

const adminToken = 'a-token-of-the-operator'
const ours = 'https://app.example'
const foreign = 'https://other.example'

/** With defaults, and with what an operator may set. */
let plain: RunningRelay
let set: RunningRelay
beforeAll(async () => {
  const database = 'memory'
  plain = await startLive({ database })
  const flags = { 'admin-token': adminToken, 'cors-origins': `${ours}, https://second.example` }
  set = await startLive({ database, flags: { ...flags, 'max-sockets': '100' } })
})
afterAll(async () => {
  await plain[Symbol.asyncDispose]()
  await set[Symbol.asyncDispose]()
})

describe('Documents', () => {
  test('mobium 84: /health is OK', async () => {
    const answer = await plain.ask('GET', '/health')
    expect([answer.status, answer.text]).toEqual([200, 'OK'])
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  })

  test('mobium 85: /info names the protocol and its version', async () => {
    const answer = await plain.ask('GET', '/info')
    expect(answer.status).toBe(200)
    expect(answer.json).toMatchObject({ name: 'Mobium Server', protocol_version: 1 })
  })
})

describe('Numbers for the operator', () => {
  const ask = (authorization?: string) =>
    set.ask(
      'GET',
      '/admin/stats',
      authorization === undefined ? {} : { headers: { authorization } },
    )

  test('mobium 86: are not there without a token in the options', async () => {
    const authorization = `Bearer ${adminToken}`
    const answers = [
      await plain.ask('GET', '/admin/stats'),
      await plain.ask('GET', '/admin/stats', { headers: { authorization } }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([404, 404])
  })

  test.each([
    ['no header', undefined],
    ['another scheme', `Basic ${adminToken}`],
    ['the scheme in lower case', `bearer ${adminToken}`],
    ['no scheme', adminToken],
    ['another token', 'Bearer another-token'],
    ['a beginning of the token', `Bearer ${adminToken.slice(0, -1)}`],
    ['more than the token', `Bearer ${adminToken}x`],
    ['an empty token', 'Bearer '],
  ])('mobium 87: with %s are refused, without a word', async (_, authorization) => {
    const { status, text } = await ask(authorization)
    expect([status, text]).toEqual([401, ''])
  })

  test('mobium 87: are who is logged in, voice, and how many may be', async () => {
    const numbers = async () => (await ask(`Bearer ${adminToken}`)).json
    const max_connections = 100
    expect(await numbers()).toEqual({
      connected_users: 0,
      voice_channels_active: 0,
      max_connections,
    })
    using stranger = await MobiumClient.connect({ port: set.port })
    using client = await arrive(set)
    const again = await arrive(set, { person: client.person })
    const other = await arrive(set)
    await stranger.expectNothing()
    expect(await numbers()).toMatchObject({ connected_users: 2 })
    const channel_id = await gather(client)
    await client.ask({ type: 'join_voice', channel_id })
    expect(await numbers()).toMatchObject({ voice_channels_active: 1 })
    client.send({ type: 'leave_voice', channel_id })
    await client.expectNothing()
    await again.leave()
    await other.leave()
    await eventually('one is left', async () => {
      const found = JSON.stringify(await numbers())
      const left = { connected_users: 1, voice_channels_active: 0, max_connections }
      return found === JSON.stringify(left)
    })
  })
})

describe('Pages of other origins', () => {
  const from = (origin: string) => ({ headers: { origin } })
  const allowed = ({ headers }: { readonly headers: Headers }) =>
    headers.get('access-control-allow-origin')

  test('mobium 88: all may call when no origins are set', async () => {
    for (const path of ['/health', '/info', '/v1/keys/nobody', '/nowhere']) {
      expect(['*', foreign]).toContain(allowed(await plain.ask('GET', path, from(foreign))))
    }
  })

  test('mobium 88: of a list those that are on it, exactly', async () => {
    expect(allowed(await set.ask('GET', '/info', from(ours)))).toBe(ours)
    expect(allowed(await set.ask('GET', '/info', from('https://second.example')))).toBe(
      'https://second.example',
    )
    for (const origin of [foreign, `${ours}:8443`, 'http://app.example', `${ours}.evil`, 'null']) {
      expect(allowed(await set.ask('GET', '/info', from(origin)))).toBeNull()
    }
    expect((await set.ask('GET', '/info', from(ours))).headers.get('vary')).toMatch(/origin/i)
  })

  test('mobium 88: may send a token and JSON', async () => {
    for (const [relay, origin] of [
      [plain, foreign],
      [set, ours],
    ] as const) {
      const answer = await relay.ask('OPTIONS', '/v1/attachments', {
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type',
        },
      })
      expect(answer.status).toBe(204)
      expect(['*', origin]).toContain(allowed(answer))
      expect(answer.headers.get('access-control-allow-methods')).toContain('POST')
      const names = answer.headers.get('access-control-allow-headers')?.toLowerCase() ?? ''
      expect(names).toContain('authorization')
      expect(names).toContain('content-type')
    }
  })

  test('open no socket unless they are on the list; programs without an origin do', async () => {
    const open = (relay: RunningRelay, Origin: string) =>
      MobiumClient.tryConnect({ port: relay.port, headers: { Origin } })
    expect(await open(set, foreign)).toMatchObject({ status: 403 })
    for (const [relay, origin] of [
      [set, ours],
      [set, ''],
      [plain, foreign],
    ] as const) {
      const client = await open(relay, origin)
      if (!(client instanceof MobiumClient)) throw new Error(`Refused with ${client.status}`)
      await client.logIn(Person.draw())
      client[Symbol.dispose]()
    }
  })
})

describe('Plain requests', () => {
  test('to /ws are told that a handshake is expected; other paths are not there', async () => {
    expect((await plain.ask('GET', '/ws')).status).toBe(400)
    expect((await plain.ask('POST', '/ws')).status).toBe(405)
    for (const path of ['/ws/', '/WS', '/ws/other', '/admin']) {
      expect((await plain.ask('GET', path)).status).toBe(404)
    }
  })
})
