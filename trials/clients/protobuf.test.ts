import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import {
  decodeEncryptedMessage,
  decodeFrame,
  encodeAckFrame,
  encodeEncryptedMessage,
  encodeEnvelopeFrame,
  encodePreKeyStatusFrame,
} from '#clients/protobuf.ts'
import { ProtobufError } from '#clients/protobuf-fields.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const unhex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'))
const text = (value: string): Uint8Array => new TextEncoder().encode(value)

const id = '11111111-2222-4333-8444-555555555555'
const ackHex = '5a260a2431313131313131312d323232322d343333332d383434342d353535353535353535353535'
const envelopeHex =
  '525b0a2431313131313131312d323232322d343333332d383434342d353535353535353535353535' +
  '122461616161616161612d626262622d346363632d386464642d65656565656565656565656518fb' +
  'c8e2e1c1332206080212026869'
const envelope = {
  id,
  sourceUserId: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee',
  timestampMillis: 1770000000123,
  message: { type: 2, content: text('hi') },
}

describe('the published vectors', () => {
  test('an encrypted message is written and read', () => {
    expect(hex(encodeEncryptedMessage({ type: 2, content: text('hi') }))).toBe('080212026869')
    expect(hex(encodeEncryptedMessage({ type: 1, content: unhex('deadbeef') }))).toBe(
      '08011204deadbeef',
    )
    expect(decodeEncryptedMessage(unhex('08011204deadbeef'))).toEqual({
      type: 1,
      content: unhex('deadbeef'),
    })
  })

  test('a prekey status is read with and without its zero', () => {
    const status = { oneTimePreKeyCount: 19, minThreshold: 20 }
    expect(hex(encodePreKeyStatusFrame(status))).toBe('620408131014')
    expect(decodeFrame(unhex('620408131014'))).toEqual({ kind: 'pre-key-status', status })
    const empty = { kind: 'pre-key-status', status: { oneTimePreKeyCount: 0, minThreshold: 20 } }
    expect(decodeFrame(unhex('62021014'))).toEqual(empty)
    expect(decodeFrame(unhex('620408001014'))).toEqual(empty)
    expect(hex(encodePreKeyStatusFrame({ oneTimePreKeyCount: 0, minThreshold: 20 }))).toBe(
      '62021014',
    )
  })

  test('an acknowledgement is written and read', () => {
    expect(hex(encodeAckFrame([id]))).toBe(ackHex)
    expect(decodeFrame(unhex(ackHex))).toEqual({ kind: 'ack', messageIds: [id] })
  })

  test('an envelope is written and read', () => {
    expect(hex(encodeEnvelopeFrame(envelope))).toBe(envelopeHex)
    expect(decodeFrame(unhex(envelopeHex))).toEqual({ kind: 'envelope', envelope })
  })
})

describe('beyond the vectors', () => {
  test('several ids go into one frame', () => {
    const ids = [id, 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee', id]
    expect(decodeFrame(encodeAckFrame(ids))).toEqual({ kind: 'ack', messageIds: ids })
  })

  test('any message survives the way out and back', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
        fc.uint8Array({ maxLength: 400 }),
        fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
        (type, content, timestampMillis) => {
          const sent = { ...envelope, timestampMillis, message: { type, content } }
          expect(decodeFrame(encodeEnvelopeFrame(sent))).toEqual({
            kind: 'envelope',
            envelope: sent,
          })
        },
      ),
    )
  })

  test('unknown fields are skipped', () => {
    // 15: varint, 16: 64-bit, 17: bytes, 18: 32-bit, each before the payload.
    const unknown = '7805' + '8101' + '0102030405060708' + '8a0102aabb' + '950101020304'
    expect(decodeFrame(unhex(unknown + envelopeHex))).toEqual({ kind: 'envelope', envelope })
  })

  test("a negative type is ten bytes of two's complement", () => {
    const bytes = encodeEncryptedMessage({ type: -1, content: new Uint8Array() })
    expect(hex(bytes)).toBe('08ffffffffffffffffff01')
    expect(decodeEncryptedMessage(bytes).type).toBe(-1)
  })

  test('nothing is a frame without a payload', () => {
    expect(decodeFrame(new Uint8Array())).toEqual({ kind: 'empty' })
  })

  test('the last payload counts', () => {
    expect(decodeFrame(unhex(envelopeHex + ackHex))).toEqual({ kind: 'ack', messageIds: [id] })
  })

  test('every truncation of an envelope is refused', () => {
    const whole = unhex(envelopeHex)
    for (let length = 1; length < whole.length; length++) {
      expect(() => decodeFrame(whole.subarray(0, length))).toThrow(ProtobufError)
    }
  })

  test('field number 0, groups and endless varints are refused', () => {
    for (const bad of ['0000', '7b', 'f8ffffffffffffffffffff01']) {
      expect(() => decodeFrame(unhex(bad))).toThrow(ProtobufError)
    }
  })
})
