/**
 * @module How much the relay lets itself be asked for (mobium reference §1.3, behaviours 80, 81, 83; W26).
 */
import { describe, expect, test } from 'vitest'
import { setTimeout as pause } from 'node:timers/promises'
import {
  arrive,
  gather,
  requestFailed,
  startLive,
} from '#door/mobium/contract/live-relay-for-tests.ts'
import { MobiumClient, type Message } from '#door/mobium/contract/mobium-client-for-tests.ts'
import { draw, Person } from '#door/mobium/contract/person-for-tests.ts'

const start = (flags: Readonly<Record<string, string>>) => startLive({ database: 'memory', flags })

/** Those of the original. */
const messages = {
  'live-burst': '30',
  'live-per-second': '10',
  'live-bytes-per-second': '4MiB',
}

const count = { type: 'get_prekey_count' }

/** Asks at once so many times. Resolves to how many were answered, and how long it took. */
async function askAtOnce(client: MobiumClient, times: number) {
  const since = performance.now()
  client.send(...Array.from({ length: times }, () => count))
  const answers = await client.take(times)
  const millis = performance.now() - since
  const refused = answers.filter(({ type }) => type === 'error')
  for (const answer of refused) expect(answer).toEqual(requestFailed)
  return { passed: times - refused.length, millis }
}

describe('Requests', () => {
  test('mobium 80: thirty at once pass and no more, then ten a second', async () => {
    await using relay = await start(messages)
    using client = await arrive(relay)
    const first = await askAtOnce(client, 60)
    expect(first.passed).toBeGreaterThanOrEqual(30)
    expect(first.passed).toBeLessThanOrEqual(31 + first.millis / 100)
    const since = performance.now()
    await pause(1000)
    const second = await askAtOnce(client, 40)
    expect(second.passed).toBeGreaterThanOrEqual(10)
    expect(second.passed).toBeLessThanOrEqual(11 + (performance.now() - since) / 100)
  })

  test('mobium 80: unknown types and broken frames count, too, and before the login', async () => {
    await using relay = await start(messages)
    using client = await MobiumClient.connect({ port: relay.port })
    const since = performance.now()
    client.send(...Array.from({ length: 60 }, () => ({ type: 'teleport' })))
    await client.take(60)
    await client.logIn(Person.draw())
    // Somebody who has logged in is counted by who they are.
    expect((await askAtOnce(client, 30)).passed).toBe(30)
    const limited = await relay.metric('sotto_rate_limited_total{tier="live"}')
    expect(limited).toBeGreaterThanOrEqual(30 - (performance.now() - since) / 100)
  })

  test('two sockets of one identity share what may pass; others do not', async () => {
    await using relay = await start(messages)
    const person = Person.draw()
    using one = await arrive(relay, { person })
    using two = await arrive(relay, { person })
    using other = await arrive(relay)
    const since = performance.now()
    const passed = (await askAtOnce(one, 40)).passed + (await askAtOnce(two, 40)).passed
    expect(passed).toBeLessThanOrEqual(31 + (performance.now() - since) / 100)
    expect((await askAtOnce(other, 30)).passed).toBe(30)
  })

  test('mobium 81: a thousand pings are a thousand pongs', async () => {
    await using relay = await start(messages)
    using client = await arrive(relay)
    const ping = { type: 'ping' }
    client.send(...Array.from({ length: 1000 }, () => ping))
    expect(await client.take(1000)).toEqual(Array.from({ length: 1000 }, () => ({ type: 'pong' })))
    await client.expectNothing()
  })

  test('an identity may send so many bytes and no more; others go on', async () => {
    await using relay = await start({
      'live-bytes-per-second': '1KiB',
      'live-max-message-bytes': '1024',
    })
    using client = await arrive(relay)
    using other = await arrive(relay)
    const message = { type: 'message', recipient: client.name, payload: draw(1024) }
    client.send(...Array.from({ length: 600 }, () => message))
    const answers: Message[] = []
    const isAnswer = ({ type }: Message): boolean => type === 'ack' || type === 'error'
    while (answers.filter(isAnswer).length < 600) answers.push(await client.next())
    const passed = answers.filter(({ type }) => type === 'ack').length
    expect(passed).toBeGreaterThanOrEqual(4)
    expect(passed).toBeLessThan(600)
    expect((await other.ask({ ...message, recipient: other.name })).type).not.toBe('error')
  })

  test('an address may ask for so much and no more, over all its sockets', async () => {
    await using relay = await start({ 'live-address-burst': '50', 'live-address-per-second': '1' })
    using one = await arrive(relay)
    using two = await arrive(relay)
    const since = performance.now()
    const passed = (await askAtOnce(one, 40)).passed + (await askAtOnce(two, 40)).passed
    expect(passed).toBeGreaterThanOrEqual(50)
    expect(passed).toBeLessThanOrEqual(52 + (performance.now() - since) / 1000)
    using elsewhere = await MobiumClient.connect({
      port: relay.port,
      headers: { 'X-Forwarded-For': '203.0.113.5' },
    })
    await elsewhere.logIn(Person.draw())
    expect((await askAtOnce(elsewhere, 40)).passed).toBe(40)
  })

  test('and try to log in so many times', async () => {
    await using relay = await start({ 'live-login-burst': '3', 'live-login-per-second': '1' })
    using client = await MobiumClient.connect({ port: relay.port })
    const login = client.login(Person.draw())
    for (let i = 0; i < 3; i++) {
      expect(await client.ask({ ...login, signature: draw(64) })).toEqual(requestFailed)
    }
    // Good, and too early.
    expect(await client.ask(login)).toEqual(requestFailed)
    await pause(1000)
    expect((await client.ask(login)).type).toBe('auth_success')
  })

  test('whoever goes on and on is closed', async () => {
    await using relay = await start({ ...messages, 'live-per-second': '1' })
    using client = await arrive(relay)
    using friend = await arrive(relay)
    client.send(...Array.from({ length: 1500 }, () => count))
    expect((await client.socket.closed()).code).toBe(1008)
    await friend.expectNothing()
  })
})

describe('Chat', () => {
  const chat = { 'live-chat-burst': '3', 'live-chat-interval-ms': '300' }
  const refused: Message = {
    type: 'error',
    code: 'RATE_LIMITED',
    message: "You're sending messages too fast. Limit: 1 per 0.3 seconds.",
  }

  test('mobium 83: three messages at once pass, the fourth is told to wait', async () => {
    // Longer than any machine takes for four of them.
    await using relay = await start({ ...chat, 'live-chat-interval-ms': '60000' })
    using client = await arrive(relay)
    using friend = await arrive(relay)
    const channel_id = await gather(client, friend)
    const direct = { type: 'message', recipient: friend.name, payload: '01' }
    const said = { type: 'channel_message', channel_id, payload: '02', bucket_size: 0 }
    client.send(direct, said, direct, said)
    expect(await client.take(4)).toEqual([
      { type: 'ack', recipient: friend.name },
      { type: 'ack', channel_id },
      { type: 'ack', recipient: friend.name },
      { ...refused, message: refused['message']?.toString().replace('0.3', '60') },
    ])
    expect(await friend.sofar()).toHaveLength(3)
    expect((await client.ask(count)).type).toBe('prekey_count_response')
  })

  test('mobium 83: and passes when it has waited', async () => {
    await using relay = await start(chat)
    using client = await arrive(relay)
    using friend = await arrive(relay)
    const direct = { type: 'message', recipient: friend.name, payload: '01' }
    client.send(...Array.from({ length: 12 }, () => direct))
    const answers = await client.take(12)
    expect(answers.slice(0, 3).map(({ type }) => type)).toEqual(['ack', 'ack', 'ack'])
    expect(answers).toContainEqual(refused)
    await pause(300)
    expect((await client.ask(direct)).type).toBe('ack')
  })
})
