import { describe, expect, test } from 'vitest'
import { readUp } from '@sotto/wire/live'
import { identityName, Refusal } from '#door/mobium/client.ts'
import { fakeClient, fakePresence, identityOf } from '#door/mobium/client-for-tests.ts'
import { createVoiceSignal } from '#door/mobium/calls/voice-signal.ts'

const payload = Uint8Array.of(1, 2, 3)

function open() {
  const caller = fakeClient({ identity: 1 })
  const desk = fakeClient({ identity: 2 })
  const phone = fakeClient({ identity: 2, device: 2, form: 'bin' })
  const stranger = fakeClient({ identity: 3 })
  const presence = fakePresence(caller, desk, phone, stranger)
  const handle = createVoiceSignal({ presence, maxMessageBytes: 3 })
  return {
    caller,
    desk,
    phone,
    stranger,
    presence,
    signal: (recipient: Uint8Array, more: { payload?: Uint8Array; signal_type?: string } = {}) =>
      handle(caller, {
        type: 'voice_signal',
        recipient,
        signal_type: 'offer',
        payload,
        ...more,
      }),
  }
}

describe('voice_signal', () => {
  test('mobium 69: all sockets of the callee get it with its sender, the caller a bare ack', async () => {
    const { caller, desk, phone, stranger, signal } = open()
    await signal(identityOf(2))
    const forwarded = { type: 'voice_signal', sender: identityOf(1), signal_type: 'offer', payload }
    expect([desk.sent, phone.sent]).toEqual([[forwarded], [forwarded]])
    expect(caller.sent).toEqual([{ type: 'ack' }])
    expect(stranger.sent).toEqual([])
  })

  test('mobium 70: of an offline callee the caller hears peer_unavailable, then the ack', async () => {
    const { caller, desk, presence, signal } = open()
    const offline = identityOf(9)
    await signal(offline)
    const away = {
      type: 'voice_signal',
      sender: offline,
      signal_type: 'peer_unavailable',
      payload: new Uint8Array(),
    }
    expect(caller.take()).toEqual([away, { type: 'ack' }])
    const late = fakeClient({ identity: 9 })
    presence.add(late)
    await signal(identityOf(2))
    expect([late.sent.length, desk.sent.length]).toEqual([0, 1])
  })

  test('mobium 71: a signal without a type goes on as unknown', async () => {
    const { caller, desk, presence } = open()
    // A map of three: the type, the recipient in hex, an empty payload.
    const texts = ['type', 'voice_signal', 'recipient', identityName(identityOf(2)), 'payload']
    const packed = texts.map((text) => [0xd9, text.length, ...Buffer.from(text)])
    const reading = readUp(Uint8Array.from([0x83, ...packed.flat(), 0x90]))
    if (reading.kind !== 'message' || reading.message.type !== 'voice_signal') {
      throw new TypeError('Cannot read signal: it is none')
    }
    await createVoiceSignal({ presence, maxMessageBytes: 3 })(caller, reading.message)
    expect(desk.sent).toMatchObject([{ type: 'voice_signal', signal_type: 'unknown' }])
  })

  test('a payload of the largest size passes, one byte more is an error and reaches nobody', async () => {
    const { caller, desk, signal } = open()
    await signal(identityOf(2), { payload: new Uint8Array(3) })
    expect(() => signal(identityOf(2), { payload: new Uint8Array(4) })).toThrow(
      new Refusal('too-large'),
    )
    expect([desk.sent.length, caller.sent.length]).toEqual([1, 1])
  })

  test('bytes that no identity can have are nobody', async () => {
    const { caller, signal } = open()
    await signal(identityOf(2).subarray(0, 31))
    expect(caller.sent).toMatchObject([{ signal_type: 'peer_unavailable' }, { type: 'ack' }])
  })
})
