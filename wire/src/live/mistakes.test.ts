import { decode, encode } from '@msgpack/msgpack'
import { describe, expect, test } from 'vitest'
import { readUp, writeDown, writeUp } from '#live/codec.ts'
import type { DownMessage } from '#live/down.ts'
import type { UpMessage } from '#live/up.ts'

function key(first: number): Uint8Array {
  return new Uint8Array(32).fill(first)
}

/** As a client writes it that knows nothing of ours: by the library. */
function frame(map: unknown): Uint8Array {
  return encode(map)
}

function why(map: unknown): string | undefined {
  const reading = readUp(frame(map))
  return reading.kind === 'malformed' ? reading.why : undefined
}

/** Of a message that is taken. */
function up(map: unknown): UpMessage | undefined {
  const reading = readUp(frame(map))
  return reading.kind === 'message' ? reading.message : undefined
}

describe('sentences about what is wrong', () => {
  const id = [1]
  test.each([
    [{ type: 'auth' }, 'Missing pubkey'],
    [{ type: 'auth', pubkey: new Uint8Array(31) }, 'Invalid pubkey format'],
    [{ type: 'auth', pubkey: 7 }, 'Invalid pubkey format'],
    [{ type: 'auth', pubkey: key(1) }, 'Missing signature'],
    [{ type: 'auth', pubkey: key(1), signature: new Uint8Array(63) }, 'Invalid signature format'],
    [{ type: 'message' }, 'Missing recipient'],
    [{ type: 'message', recipient: [] }, 'Invalid recipient'],
    [{ type: 'message', recipient: new Uint8Array(65) }, 'Invalid recipient'],
    [{ type: 'message', recipient: id }, 'Missing payload'],
    [{ type: 'message', recipient: id, payload: [], client_id: [1] }, 'Invalid client_id'],
    [{ type: 'create_channel' }, 'Missing channel_id'],
    [{ type: 'create_channel', channel_id: id }, 'Missing encrypted_metadata'],
    [{ type: 'channel_message', channel_id: id, payload: [] }, 'Missing bucket_size'],
    [
      { type: 'channel_message', channel_id: id, payload: [], bucket_size: '1' },
      'Missing bucket_size',
    ],
    [{ type: 'sender_key_distribution', channel_id: id }, 'Missing sender_x25519_pub'],
    [
      { type: 'sender_key_distribution', channel_id: id, sender_x25519_pub: id },
      'Missing distributions array',
    ],
    [
      {
        type: 'sender_key_distribution',
        channel_id: id,
        sender_x25519_pub: id,
        distributions: Array.from({ length: 5001 }, () => 0),
      },
      'Invalid distributions',
    ],
    [{ type: 'publish_prekeys' }, 'Missing identity_x25519_pub'],
    [{ type: 'publish_prekeys', identity_x25519_pub: id }, 'Missing signed_prekey'],
    [
      { type: 'publish_prekeys', identity_x25519_pub: id, signed_prekey: id },
      'Missing signed_prekey_sig',
    ],
    [{ type: 'get_prekey_bundle' }, 'Missing target_pubkey'],
    [{ type: 'set_role', channel_id: id, target_pubkey: id, role: 'owner' }, 'Invalid role'],
    [{ type: 'set_role', channel_id: id, target_pubkey: id }, 'Missing role'],
    [{ type: 'create_invite', channel_id: id, max_uses: 0 }, 'Invalid max_uses'],
    [
      { type: 'ack', ids: Array.from({ length: 1001 }, () => [...new Uint8Array(16)]) },
      'Invalid ids',
    ],
    [{ type: 'watch', tokens: [new Uint8Array(31)] }, 'Invalid tokens'],
    [{ type: 'watch', keys: [new Uint8Array(33)] }, 'Invalid keys'],
    [{ type: 'unwatch', keys: Array.from({ length: 257 }, () => key(1)) }, 'Invalid keys'],
    [
      { type: 'voice_signal', recipient: id, payload: [], signal_type: 'x'.repeat(65) },
      'Invalid signal_type',
    ],
  ])('%j: %s', (map, sentence) => {
    expect(why(map)).toBe(sentence)
  })

  test('mobium 71: a signal without a type, or with one that is no text, is unknown', () => {
    const signal = { type: 'voice_signal', recipient: id, payload: [] }
    for (const signal_type of [undefined, null, 7, ['offer'], new Uint8Array(2)]) {
      expect(up({ ...signal, signal_type })).toMatchObject({ signal_type: 'unknown' })
    }
    expect(up({ ...signal, signal_type: 'offer' })).toMatchObject({ signal_type: 'offer' })
  })

  test('mobium 35: an empty payload is a payload', () => {
    for (const payload of [[], '', new Uint8Array()]) {
      expect(up({ type: 'message', recipient: id, payload })).toMatchObject({
        payload: new Uint8Array(),
      })
    }
  })

  test('an X25519 key of any length up to 64 lets a client in', () => {
    const login = { type: 'auth', pubkey: key(1), signature: new Uint8Array(64) }
    for (const size of [0, 31, 32, 64]) {
      expect(up({ ...login, x25519_pub: new Uint8Array(size) })).toBeDefined()
    }
    expect(why({ ...login, x25519_pub: new Uint8Array(65) })).toBe('Invalid x25519_pub')
  })
})

describe('writing', () => {
  test('nil is written where it says something', () => {
    const bundle = writeDown(
      { type: 'prekey_bundle_response', target_pubkey: key(1), one_time_prekey: null },
      'bin',
    )
    expect(decode(bundle)).toMatchObject({ one_time_prekey: null })
    const invite = {
      type: 'invite_created',
      channel_id: key(1),
      invite_token: '',
      max_uses: 1,
    } as const
    expect(decode(writeDown({ ...invite, expires_at: null }, 'bin'))).toMatchObject({
      expires_at: null,
    })
    expect(Object.keys(decode(writeDown(invite, 'bin')) as object)).not.toContain('expires_at')
  })

  test('an optional field that is undefined is left out', () => {
    const bytes = writeDown({ type: 'ack', recipient: undefined, id: undefined }, 'bin')
    expect(decode(bytes)).toEqual({ type: 'ack' })
  })

  test('bytes are in the form that was asked for, wherever they stand', () => {
    const message: DownMessage = {
      type: 'members_response',
      channel_id: key(1),
      members: [key(2)],
      members_with_keys: [{ ed25519: key(2), x25519: new Uint8Array() }],
    }
    expect(decode(writeDown(message, 'array'))).toEqual({
      type: 'members_response',
      channel_id: [...key(1)],
      members: [[...key(2)]],
      members_with_keys: [{ ed25519: [...key(2)], x25519: [] }],
    })
    expect(decode(writeDown(message, 'bin'))).toEqual(message)
  })

  test('what no reader would take is not written', () => {
    const refused: readonly (() => unknown)[] = [
      () => writeDown({ type: 'auth_challenge', nonce: new Uint8Array(31) }, 'bin'),
      () => writeDown({ type: 'auth_success', offline_count: -1 }, 'bin'),
      () => writeDown({ type: 'auth_success', offline_count: 0.5 }, 'bin'),
      () => writeDown({ type: 'auth_success', offline_count: 0, device: 128 }, 'bin'),
      () => writeDown({ type: 'error', message: 'x'.repeat(1025) }, 'bin'),
      () => writeUp({ type: 'watch', tokens: Array.from({ length: 257 }, () => key(1)) }, 'bin'),
      () =>
        writeUp(
          { type: 'set_channel_access', channel_id: key(1), access_mode: 'other' as 'public' },
          'bin',
        ),
    ]
    for (const each of refused) expect(each).toThrow(RangeError)
    expect(() => writeUp({ type: 'pong' } as unknown as UpMessage, 'bin')).toThrow(TypeError)
    expect(() => writeDown({ type: 'constructor' } as unknown as DownMessage, 'bin')).toThrow(
      TypeError,
    )
  })
})
