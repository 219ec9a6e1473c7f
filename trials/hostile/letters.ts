/**
 * @module What is valid at the live door: at least one message of every type that a client may send, about people and
 * channels that are there. What attacks the relay is made from these.
 */
import { encode } from '@msgpack/msgpack'
import type { Chance } from '#crash/random.ts'
import type { Outgoing } from '#clients/live-message.ts'

export interface Scene {
  /** Public keys of people whom the relay knows. */
  readonly people: readonly Uint8Array[]
  readonly channels: readonly Uint8Array[]
}

export function validMessage({ people, channels }: Scene, chance: Chance): Outgoing {
  const person = chance.pick(people)
  const channel = chance.pick(channels)
  // From the chance alone, so that a seed brings back the same frames.
  const bytes = (length: number): Uint8Array => {
    const pattern = Uint8Array.from({ length: 16 }, () => chance.integer(0, 255))
    return Uint8Array.from(Buffer.alloc(length, pattern))
  }
  const id = chance.percent(50) ? { client_id: bytes(16) } : {}
  const kinds: readonly (() => Outgoing)[] = [
    () => ({ type: 'auth', pubkey: person, signature: bytes(64), x25519_pub: bytes(32) }),
    () => ({
      ...{ type: 'auth', pubkey: person, signature: bytes(64), x25519_pub: bytes(32) },
      ...{ x25519_sig: bytes(64), caps: ['bin', 'ack', 'devices'], device: 3 },
    }),
    () => ({ type: 'message', recipient: person, payload: bytes(chance.integer(0, 300)), ...id }),
    () => ({ type: 'message', recipient: person, payload: bytes(10), device: 2, ...id }),
    () => ({ type: 'create_channel', channel_id: channel, encrypted_metadata: bytes(32) }),
    () => ({
      ...{ type: 'create_channel', channel_id: channel, encrypted_metadata: bytes(32) },
      access_mode: chance.pick(['public', 'private']),
    }),
    () => ({ type: 'join_channel', channel_id: channel }),
    () => ({ type: 'join_channel', channel_id: channel, invite_token: bytes(32) }),
    () => ({ type: 'leave_channel', channel_id: channel }),
    () => ({
      ...{ type: 'channel_message', channel_id: channel, payload: bytes(chance.integer(0, 300)) },
      ...{ bucket_size: chance.integer(-1, 13), ...id },
    }),
    () => ({ type: 'get_history', channel_id: channel, after_id: chance.integer(-5, 500) }),
    () => ({ type: 'get_history', channel_id: channel, after_timestamp: 1, limit: 5 }),
    () => ({ type: 'get_members', channel_id: channel }),
    () => ({
      ...{ type: 'sender_key_distribution', channel_id: channel, sender_x25519_pub: bytes(32) },
      distributions: people.map((recipient) => ({ recipient, encrypted_dist: bytes(60) })),
    }),
    () => ({
      ...{ type: 'publish_prekeys', identity_x25519_pub: bytes(32), signed_prekey: bytes(32) },
      signed_prekey_sig: bytes(64),
      one_time_prekeys: encode([[...bytes(32)], [...bytes(32)], bytes(32)]),
    }),
    () => ({ type: 'get_prekey_bundle', target_pubkey: person }),
    () => ({ type: 'get_prekey_count' }),
    () => ({ type: 'voice_signal', recipient: person, signal_type: 'offer', payload: bytes(80) }),
    () => ({ type: 'join_voice', channel_id: channel }),
    () => ({ type: 'leave_voice', channel_id: channel }),
    () => ({ type: 'voice_data', channel_id: channel, audio: bytes(160), seq: 9, epoch: 1 }),
    () => ({ type: 'voice_data', channel_id: channel, audio: bytes(20), seq: 9, sender: person }),
    () => ({ type: 'screen_data', channel_id: channel, chunk: bytes(500), seq: 9, codec: 'vp8' }),
    () => ({ type: 'ping' }),
    () => ({ type: 'get_ice_config' }),
    () => ({
      ...{ type: 'set_channel_access', channel_id: channel },
      access_mode: chance.pick(['public', 'private']),
    }),
    () => ({ type: 'create_invite', channel_id: channel, max_uses: 2, ttl_seconds: 60 }),
    () => ({ type: 'set_role', channel_id: channel, target_pubkey: person, role: 'moderator' }),
    () => ({ type: 'ban_user', channel_id: channel, target_pubkey: person, reason: 'none' }),
    () => ({ type: 'unban_user', channel_id: channel, target_pubkey: person }),
    () => ({ type: 'get_bans', channel_id: channel }),
    () => ({ type: 'ack', ids: [bytes(16), bytes(16)] }),
    () => ({ type: 'ack', ids: [bytes(16)], token: bytes(32) }),
    () => ({
      ...{ type: 'publish_keys', bundle: bytes(200), one_time: [bytes(33), bytes(33)] },
      ...{ kem_one_time: [bytes(1568)], replace: chance.percent(50) },
    }),
    () => ({ type: 'get_key_bundle', target_pubkey: person, device: 1 }),
    () => ({ type: 'get_key_counts' }),
    () => ({ type: 'publish_devices', record: bytes(120) }),
    () => ({ type: 'get_devices', target_pubkey: person }),
    () => ({ type: 'watch', tokens: [bytes(32), bytes(32)] }),
    () => ({ type: 'unwatch', tokens: [bytes(32)] }),
    () => ({ type: 'append_record', channel_id: channel, record: bytes(90), after: 1, ...id }),
    () => ({ type: 'append_record', channel_id: channel, record: bytes(90) }),
    () => ({ type: 'get_records', channel_id: channel, after: 0, limit: 10 }),
    () => ({ type: 'get_access_token' }),
  ]
  return chance.pick(kinds)()
}
