import { describe, expect, test } from 'vitest'
import { createHmac } from 'node:crypto'
import { fakeClient } from '#door/mobium/client-for-tests.ts'
import { createGetIceConfig, type IceConfigDeps } from '#door/mobium/calls/get-ice-config.ts'

const nowSeconds = 1_800_000_000
const ttlSeconds = 86_400
const stunUrls = ['stun:stun.example:3478']
const turnUrls = ['turn:turn.example:3478?transport=udp', 'turns:turn.example:5349']
const secret = 'a secret that coturn knows'

function ask(given: Partial<IceConfigDeps>, times = 1) {
  let drawn = 0
  const client = fakeClient({ identity: 1 })
  const handle = createGetIceConfig({
    stunUrls: [],
    turnUrls: [],
    turnSecret: undefined,
    ttlSeconds,
    clock: { now: () => nowSeconds * 1000 + 999 },
    randomness: { bytes: (length) => new Uint8Array(length).fill(++drawn) },
    ...given,
  })
  for (let i = 0; i < times; i++) void handle(client, { type: 'get_ice_config' })
  return { client, answers: client.sent }
}

describe('get_ice_config', () => {
  test('mobium 92: TURN comes with an expiring name and the HMAC-SHA1 that proves it', () => {
    const { client, answers } = ask({ stunUrls, turnUrls, turnSecret: { reveal: () => secret } })
    const username = `${nowSeconds + ttlSeconds}:${'01'.repeat(16)}`
    const credential = createHmac('sha1', secret).update(username).digest('base64')
    const turn = { urls: turnUrls, username, credential, ttl: ttlSeconds }
    expect(answers).toEqual([{ type: 'ice_config', ice_servers: [{ urls: stunUrls }, turn] }])
    expect(JSON.stringify(answers)).not.toContain(client.name)
  })

  test('mobium 92: a credential that OpenSSL made is the same', () => {
    // printf '1800000060:ffff…' | openssl dgst -sha1 -hmac 'north' -binary | base64
    const { answers } = ask({
      turnUrls,
      turnSecret: { reveal: () => 'north' },
      ttlSeconds: 60,
      randomness: { bytes: (length) => new Uint8Array(length).fill(255) },
    })
    expect(answers).toMatchObject([
      {
        ice_servers: [
          { username: `1800000060:${'f'.repeat(32)}`, credential: 'NLT2koeXPn+RAb49oUkZ3R27e18=' },
        ],
      },
    ])
  })

  test('mobium 92: nothing configured is an empty list', () => {
    expect(ask({}).answers).toEqual([{ type: 'ice_config', ice_servers: [] }])
    const { answers } = ask({ turnSecret: { reveal: () => secret } })
    expect(answers).toEqual([{ type: 'ice_config', ice_servers: [] }])
  })

  test('TURN without a secret comes without credentials', () => {
    expect(ask({ turnUrls }).answers).toEqual([
      { type: 'ice_config', ice_servers: [{ urls: turnUrls }] },
    ])
  })

  test('each answer has a name of its own', () => {
    const { answers } = ask({ turnUrls, turnSecret: { reveal: () => secret } }, 3)
    const names = answers.flatMap((each) =>
      each.type === 'ice_config' ? each.ice_servers.map(({ username }) => username) : [],
    )
    expect(new Set(names).size).toBe(3)
  })
})
