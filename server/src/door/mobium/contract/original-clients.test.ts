/**
 * @module An original client among clients of ours: it sees no type and no field that it does not know. What it knows is
 * written down here a second time, from the reference and not from the relay.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encode } from '@msgpack/msgpack'
import type { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'
import { arrive, depart, startLive } from '#door/mobium/contract/live-relay-for-tests.ts'
import { MobiumClient, type Message } from '#door/mobium/contract/mobium-client-for-tests.ts'
import { draw, hex, Person, text } from '#door/mobium/contract/person-for-tests.ts'

/** Those of the first version and, in the second list, those of later ones. */
const known: Readonly<Record<string, readonly [string, string]>> = {
  auth_challenge: ['nonce', ''],
  auth_success: ['offline_count', ''],
  message: ['sender payload offline timestamp', ''],
  channel_message: ['channel_id sender payload', ''],
  ack: ['recipient channel_id', ''],
  history_response: ['channel_id count messages', ''],
  'history_response.messages': ['id sender payload timestamp bucket_size', ''],
  channel_created: ['channel_id', ''],
  channel_joined: ['channel_id', ''],
  channel_left: ['channel_id', ''],
  member_joined: ['channel_id member', ''],
  member_left: ['channel_id member', ''],
  sender_key_distribution: [
    'channel_id sender_ed25519_pub sender_x25519_pub encrypted_distribution',
    '',
  ],
  members_response: ['channel_id members members_with_keys', ''],
  'members_response.members_with_keys': ['ed25519 x25519', 'role'],
  prekeys_stored: ['', ''],
  prekey_bundle_response: [
    'target_pubkey identity_x25519_pub signed_prekey signed_prekey_sig one_time_prekey error',
    '',
  ],
  prekey_count_response: ['count', ''],
  voice_signal: ['sender signal_type payload', ''],
  voice_state: ['channel_id participants', 'voice_mode max_participants'],
  voice_joined: ['channel_id pubkey', 'voice_mode participant_count'],
  voice_left: ['channel_id pubkey', ''],
  voice_data: ['channel_id sender audio seq', ''],
  screen_data: ['channel_id sender chunk seq', ''],
  pong: ['', ''],
  error: ['code message', ''],
  ice_config: ['', 'ice_servers'],
  role_updated: ['', 'channel_id role'],
  banned: ['', 'channel_id reason'],
}

function surprises(type: string, map: object): readonly string[] {
  const words = known[type]
  if (words === undefined) return [`type ${type}`]
  const names = new Set(['type', ...words.flatMap((list) => list.split(' '))])
  return Object.entries(map).flatMap(([name, value]) => {
    if (!names.has(name)) return [`${type}.${name}`]
    if (!Array.isArray(value)) return []
    return value.flatMap((each: unknown) =>
      typeof each === 'object' && each !== null && known[`${type}.${name}`] !== undefined
        ? surprises(`${type}.${name}`, each)
        : [],
    )
  })
}

const everything = {
  caps: ['bin', 'ack', 'devices', 'keys', 'watch', 'records', 'history', 'x_sig'],
}

let relay: RunningRelay
beforeAll(async () => {
  relay = await startLive()
})
afterAll(() => relay[Symbol.asyncDispose]())

/** One of ours that binds its key, and publishes it so. */
async function arriveBound(): Promise<MobiumClient> {
  const person = Person.draw()
  const x25519_pub = draw()
  const x25519_sig = person.signExchangeKey(x25519_pub)
  const client = await arrive(relay, { ...everything, person, x25519_pub, x25519_sig })
  const { type } = await client.ask({
    type: 'publish_prekeys',
    identity_x25519_pub: x25519_pub,
    signed_prekey: draw(),
    signed_prekey_sig: draw(64),
    one_time_prekeys: hex(encode([[1, 2, 3]])),
    x25519_sig,
    caps: everything.caps,
  })
  expect(type).toBe('prekeys_stored')
  return client
}

describe('An original client among ours', () => {
  test('sees what it knows, and nothing else', async () => {
    const seen: Message[] = []
    using friend = await arriveBound()
    const first = await arrive(relay)
    const person = await depart(relay, first)
    const channel_id = draw()
    const client_id = (): string => draw(16)
    await friend.ask({
      type: 'message',
      recipient: person.name,
      payload: text('waits'),
      client_id: client_id(),
      device: 1,
    })
    using original = await MobiumClient.connect({ port: relay.port })
    seen.push(original.challenge)
    const { waiting, success } = await original.logIn(person)
    seen.push(...waiting, success)
    const look = async (): Promise<void> => void seen.push(...(await original.sofar()))
    const ask = async (message: Message): Promise<void> => {
      original.send(message)
      await look()
    }
    const friendDoes = async (...messages: readonly Message[]): Promise<void> => {
      friend.send(...messages)
      await friend.sofar()
      await look()
    }
    const said = { type: 'channel_message', channel_id, payload: text('said'), bucket_size: 0 }
    const keys = {
      type: 'sender_key_distribution',
      channel_id,
      sender_x25519_pub: draw(),
      x25519_sig: draw(64),
      distributions: [{ recipient: person.name, encrypted_dist: text('key') }],
    }
    const voice = { type: 'voice_data', channel_id, audio: '01', seq: 1 }
    await ask({ type: 'create_channel', channel_id, encrypted_metadata: draw() })
    await friendDoes({ type: 'join_channel', channel_id })
    await friendDoes(
      { type: 'message', recipient: person.name, payload: text('live'), client_id: client_id() },
      { ...said, client_id: client_id() },
      keys,
      { type: 'append_record', channel_id, record: draw(40), client_id: client_id() },
      { type: 'publish_keys', bundle: draw(40), one_time: [draw()], kem_one_time: [draw()] },
      { type: 'publish_devices', record: draw(40) },
      { type: 'get_key_bundle', target_pubkey: person.name },
      { type: 'get_prekey_bundle', target_pubkey: person.name },
      { type: 'voice_signal', recipient: person.name, signal_type: 'offer', payload: '01' },
      { type: 'join_voice', channel_id },
    )
    await ask({ type: 'join_voice', channel_id })
    await friendDoes(voice, { type: 'screen_data', channel_id, chunk: '01', seq: 1 })
    await friendDoes({ type: 'leave_voice', channel_id }, { type: 'join_voice', channel_id })
    for (const message of [
      { type: 'message', recipient: friend.name, payload: '01' },
      said,
      { type: 'get_history', channel_id },
      { type: 'get_members', channel_id },
      { type: 'join_channel', channel_id },
      { ...keys, distributions: [] },
      {
        type: 'publish_prekeys',
        identity_x25519_pub: draw(),
        signed_prekey: draw(),
        signed_prekey_sig: draw(64),
      },
      { type: 'get_prekey_bundle', target_pubkey: friend.name },
      { type: 'get_prekey_bundle', target_pubkey: draw() },
      { type: 'get_prekey_count' },
      { type: 'voice_signal', recipient: friend.name, signal_type: 'answer', payload: '01' },
      { type: 'voice_signal', recipient: draw(), signal_type: 'offer', payload: '01' },
      { type: 'get_ice_config' },
      { type: 'teleport' },
      voice,
    ]) {
      await ask(message)
    }
    await ask({ type: 'set_role', channel_id, target_pubkey: friend.name, role: 'moderator' })
    seen.pop()
    await friendDoes({ type: 'leave_channel', channel_id })
    await ask({ type: 'leave_channel', channel_id })
    // Into a channel of ours, and out again.
    const theirs = draw()
    await friendDoes({ type: 'create_channel', channel_id: theirs, encrypted_metadata: '' })
    await ask({ type: 'join_channel', channel_id: theirs })
    const target = { channel_id: theirs, target_pubkey: person.name }
    await friendDoes({ type: 'set_role', ...target, role: 'moderator' })
    await friendDoes({ type: 'ban_user', ...target, reason: 'because' })
    await ask({ type: 'join_channel', channel_id: theirs })

    expect(seen.flatMap((message) => surprises(message.type, message))).toEqual([])
    const unseen = Object.keys(known).filter(
      (type) => !type.includes('.') && !seen.some((message) => message.type === type),
    )
    // A pong is what the test itself waits for.
    expect(unseen).toEqual(['pong'])
  })
})
