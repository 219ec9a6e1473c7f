/**
 * @module What the relay says about the live door's people: nothing. Whatever they do, well and badly, at the finest log
 * level, no key, id, token, address or word of anybody stands in the log or in the metrics.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openMemoryStore } from '#store/memory/open.ts'
import { eventually } from '#door/obscura/contract/inbox-for-tests.ts'
import type { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'
import { startLive } from '#door/mobium/contract/live-relay-for-tests.ts'
import { MobiumClient, type Message } from '#door/mobium/contract/mobium-client-for-tests.ts'
import { draw, hex, Person, text, unhex } from '#door/mobium/contract/person-for-tests.ts'

const address = '203.0.113.77'
const caps = ['ack', 'addresses', 'bin', 'devices', 'history', 'keys', 'records', 'watch', 'x_sig']

/** What must not be found: bytes in hex, and words. */
const secrets: string[] = []
const words: string[] = [address]

function secret(bytes = 32): string {
  const drawn = draw(bytes)
  secrets.push(drawn)
  return drawn
}

function word(about: string): string {
  const drawn = `${about}-${draw(6)}`
  words.push(drawn)
  return drawn
}

let relay: RunningRelay
let said = ''
beforeAll(async () => {
  const store = openMemoryStore()
  const { devices } = store.identities
  store.identities.devices = async (identity) => {
    // With a person's data in the message of an error that nobody foresaw.
    if (explodes.has(hex(identity)))
      throw new TypeError(`Cannot find ${hex(identity)} at ${address}`)
    return await devices.call(store.identities, identity)
  }
  relay = await startLive({ store, flags: { 'max-inbox-size': '2' } })
  await driveEverything()
  const { text: metrics } = await relay.askOps('/metrics')
  await relay.stop()
  said = `${relay.lines.join('\n')}\n${metrics}`
})
afterAll(() => relay[Symbol.asyncDispose]())

const explodes = new Set<string>()

async function enter(): Promise<MobiumClient> {
  const client = await MobiumClient.connect({
    port: relay.port,
    headers: { 'X-Forwarded-For': address },
  })
  const person = Person.draw()
  secrets.push(person.name, client.nonce)
  const x25519_pub = secret()
  const login = { caps, x25519_pub, x25519_sig: person.signExchangeKey(x25519_pub) }
  await client.ask({ ...client.login(person, login), signature: secret(64) })
  await client.logIn(person, login)
  return client
}

async function driveEverything(): Promise<void> {
  using client = await enter()
  using friend = await enter()
  const channel_id = secret()
  const recipient = friend.name
  const target_pubkey = friend.name
  const payload = text(word('a message'))
  secrets.push(payload)
  explodes.add(friend.name)
  const all: readonly Message[] = [
    ...Array.from({ length: 4 }, () => ({
      type: 'message',
      recipient,
      payload,
      client_id: secret(16),
    })),
    { type: 'message', recipient: secret(), payload },
    { type: word('a type') },
    { type: 'create_channel', channel_id, encrypted_metadata: secret() },
    { type: 'channel_message', channel_id, payload, bucket_size: 1, client_id: secret(16) },
    { type: 'create_invite', channel_id },
    { type: 'get_history', channel_id },
    { type: 'get_members', channel_id: secret() },
    {
      type: 'sender_key_distribution',
      channel_id,
      sender_x25519_pub: secret(),
      distributions: [{ recipient, encrypted_dist: secret() }],
    },
    {
      type: 'publish_prekeys',
      identity_x25519_pub: secret(),
      signed_prekey: secret(),
      signed_prekey_sig: secret(64),
    },
    { type: 'publish_keys', bundle: secret(), one_time: [secret()], kem_one_time: [secret()] },
    { type: 'get_key_bundle', target_pubkey },
    { type: 'get_prekey_bundle', target_pubkey },
    { type: 'publish_devices', record: secret() },
    { type: 'get_devices', target_pubkey },
    { type: 'voice_signal', recipient, signal_type: word('a signal'), payload },
    { type: 'join_voice', channel_id },
    { type: 'voice_data', channel_id, audio: secret(), seq: 1 },
    { type: 'voice_data', channel_id: secret(), audio: secret(), seq: 1 },
    { type: 'ban_user', channel_id, target_pubkey, reason: word('a reason') },
    { type: 'append_record', channel_id, record: secret() },
    { type: 'watch', tokens: [secret()], keys: [secret()] },
    { type: 'ack', ids: [secret(16)], token: secret() },
    { type: 'get_access_token' },
    { type: 'leave_channel', channel_id },
  ]
  client.send(...all)
  client.sendExactly({ type: 'message', recipient: word('a recipient'), payload: word('text') })
  const answers = await client.sofar()
  for (const { invite_token, token } of answers) {
    if (typeof invite_token === 'string') secrets.push(invite_token)
    if (typeof token === 'string') words.push(token)
  }
  client.raw(Buffer.from(word('no MessagePack')))
  friend.send({ type: 'ack', ids: (await friend.sofar()).map(({ id }) => id) })
  await friend.sofar()
  await client.leave()
  friend.socket.terminate()
  await eventually('they are gone', async () => (await relay.metric('sotto_gateway_sockets')) === 0)
}

test('no bytes of anybody are in the log or in the metrics, in whatever form', () => {
  // An error that nobody foresaw is logged without what it says about people.
  expect(said).toContain('Cannot find […] at […]')
  expect(said).toContain('live.refused')
  expect(secrets.length).toBeGreaterThan(30)
  const found = secrets.filter((digits) => {
    const bytes = unhex(digits)
    const base64 = Buffer.from(bytes).toString('base64').slice(0, 20)
    const base64url = Buffer.from(bytes).toString('base64url').slice(0, 20)
    const numbers = bytes.slice(0, 6).join(',')
    return [digits, digits.toUpperCase(), digits.slice(0, 16), base64, base64url, numbers].some(
      (form) => said.includes(form),
    )
  })
  expect(found).toEqual([])
})

test('nor are their words and addresses', () => {
  expect(words.filter((each) => said.includes(each))).toEqual([])
})
