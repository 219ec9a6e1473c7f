import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EncryptedMessageSchema, WebSocketFrameSchema } from '#gen/obscura/v1/obscura_pb.ts'
import { formatUuid, parseUuid } from '#ids.ts'
import { decodeClientFrame, encodeAckFrame, type ClientFrame } from '#obscura/client-frame.ts'
import {
  decodeEncryptedMessage,
  encodeEncryptedMessage,
  type EncryptedMessage,
} from '#obscura/encrypted-message.ts'
import {
  decodeRelayFrame,
  encodeEnvelopeFrame,
  encodePreKeyStatusFrame,
  type RelayFrame,
} from '#obscura/relay-frame.ts'

const idText = '11111111-2222-4333-8444-555555555555'
const sourceText = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee'
const id = uuid(idText)
const source = uuid(sourceText)
const hi = fromText('hi')

describe('the bytes of the protocol', () => {
  const published = {
    ordinary: '080212026869',
    prekey: '08011204deadbeef',
    status: '620408131014',
    emptyStatus: '62021014',
    ack: '5a260a2431313131313131312d323232322d343333332d383434342d' + '353535353535353535353535',
    envelope:
      '525b0a2431313131313131312d323232322d343333332d383434342d353535353535353535353535' +
      '122461616161616161612d626262622d346363632d386464642d656565656565656565656565' +
      '18fbc8e2e1c1332206080212026869',
  }
  const envelope = { id, source, timestampMillis: 1_770_000_000_123, type: 2, content: hi }

  test('are read', () => {
    expect(decodeEncryptedMessage(fromHex(published.ordinary))).toEqual({ type: 2, content: hi })
    expect(decodeEncryptedMessage(fromHex(published.prekey))).toEqual({
      type: 1,
      content: fromHex('deadbeef'),
    })
    expect(decodeClientFrame(fromHex(published.ack))).toEqual({ kind: 'ack', ids: [idText] })
    expect(decodeRelayFrame(fromHex(published.envelope))).toEqual({
      kind: 'envelope',
      ...envelope,
      id: idText,
      source: sourceText,
    })
    const status = { kind: 'prekey-status', oneTimePreKeyCount: 0, minThreshold: 20 }
    expect(decodeRelayFrame(fromHex(published.status))).toEqual({
      ...status,
      oneTimePreKeyCount: 19,
    })
    expect(decodeRelayFrame(fromHex(published.emptyStatus))).toEqual(status)
    expect(decodeRelayFrame(fromHex('620408001014'))).toEqual(status)
  })

  test('are written', () => {
    expect(toHex(encodeEncryptedMessage({ type: 2, content: hi }))).toBe(published.ordinary)
    expect(toHex(encodeEncryptedMessage({ type: 1, content: fromHex('deadbeef') }))).toBe(
      published.prekey,
    )
    expect(toHex(encodePreKeyStatusFrame({ oneTimePreKeyCount: 19, minThreshold: 20 }))).toBe(
      published.status,
    )
    expect(toHex(encodePreKeyStatusFrame({ oneTimePreKeyCount: 0, minThreshold: 20 }))).toBe(
      published.emptyStatus,
    )
    expect(toHex(encodeAckFrame([id]))).toBe(published.ack)
    expect(toHex(encodeEnvelopeFrame(envelope))).toBe(published.envelope)
  })
})

describe('EncryptedMessage', () => {
  test('empty bytes are the empty message', () => {
    expect(decodeEncryptedMessage(new Uint8Array())).toEqual({ type: 0, content: new Uint8Array() })
    expect(encodeEncryptedMessage({ type: 0, content: new Uint8Array() })).toEqual(new Uint8Array())
  })

  test('content is a view into the body', () => {
    const body = fromHex('080212026869')
    expect(decodeEncryptedMessage(body)?.content.buffer).toBe(body.buffer)
  })

  test('the last of repeated fields wins', () => {
    expect(decodeEncryptedMessage(fromHex('0801 120161 0802 120162'))).toEqual({
      type: 2,
      content: fromText('b'),
    })
  })

  test('unknown fields are dropped', () => {
    const body = fromHex('0802 1801 2101020304050607 08 2a017a 3b0801 3c 4d00000000 120161')
    expect(decodeEncryptedMessage(body)).toEqual({ type: 2, content: fromText('a') })
  })

  test.each([
    ['garbage of the reference suite', '000102030 4ff'],
    ['type with a length', '0a0102'],
    ['content as a number', '1001'],
    ['content as eight bytes', '11 0000000000000000'],
    ['content as four bytes', '15 00000000'],
    ['content as a group', '13 14'],
    ['content longer than the body', '120361 62'],
    ['type that breaks off', '0880'],
    ['a type of eleven bytes', '08 ffffffffffffffffffff01'],
  ])('%s is no message', (_, hex) => {
    expect(decodeEncryptedMessage(fromHex(hex))).toBeUndefined()
  })

  test('is read and written as the generated code does it', () => {
    fc.assert(
      fc.property(anyMessage(), (message) => {
        const bytes = encodeEncryptedMessage(message)
        expect(bytes).toEqual(encodeByGenerated(message))
        expect(decodeEncryptedMessage(bytes)).toEqual(message)
      }),
    )
  })

  test('is refused at every length but its own', () => {
    const body = encodeEncryptedMessage({ type: 300, content: fromText('content') })
    // Behind the type stands a whole message; so does the empty one.
    const whole = new Set([0, 3, body.length])
    for (let length = 0; length <= body.length; length++) {
      expect(decodeEncryptedMessage(body.subarray(0, length)) !== undefined).toBe(whole.has(length))
    }
  })
})

describe('what a client says', () => {
  test('may name one envelope, several, or none', () => {
    const other = uuid(sourceText)
    expect(decodeClientFrame(encodeAckFrame([id, other]))).toEqual({
      kind: 'ack',
      ids: [idText, sourceText],
    })
    expect(decodeClientFrame(encodeAckFrame([]))).toEqual({ kind: 'ack', ids: [] })
    expect(decodeClientFrame(fromHex('5a06 0a0161 120162'))).toEqual({
      kind: 'ack',
      ids: ['a', 'b'],
    })
  })

  test('need not be an id', () => {
    const frame = generatedFrame({ case: 'ack', value: { messageId: 'not-a-uuid' } })
    expect(decodeClientFrame(frame)).toEqual({ kind: 'ack', ids: ['not-a-uuid'] })
  })

  test('is something else where it is empty, unknown, or what a relay says', () => {
    const other = { kind: 'other' }
    expect(decodeClientFrame(new Uint8Array())).toEqual(other)
    expect(decodeClientFrame(fromHex('6a00'))).toEqual(other)
    expect(decodeClientFrame(encodePreKeyStatusFrame(statusOf(1, 2)))).toEqual(other)
    expect(decodeClientFrame(encodeEnvelopeFrame(envelopeOf()))).toEqual(other)
  })

  test('is merged when it is said twice, and forgotten when something else is said after', () => {
    expect(decodeClientFrame(fromHex('5a03 0a0161 5a06 0a0162 120163'))).toEqual({
      kind: 'ack',
      ids: ['b', 'c'],
    })
    expect(decodeClientFrame(fromHex('5a03 0a0161 6200'))).toEqual({ kind: 'other' })
    expect(decodeClientFrame(fromHex('5a03 0a0161 6200 5a03 120162'))).toEqual({
      kind: 'ack',
      ids: ['b'],
    })
  })

  test.each([
    ['garbage of the reference suite', '997788'],
    ['an ack that is a number', '5801'],
    ['an ack that breaks off', '5a26 0a24 31'],
    ['an id that reaches beyond the ack', '5a03 0a0261 62'],
    ['an id that is a number', '5a02 0801'],
    ['an id that is not UTF-8', '5a03 0a01ff'],
    ['an envelope that breaks off', '5205 00'],
    ['an envelope that is a number', '5001'],
  ])('is undecodable: %s', (_, hex) => {
    expect(decodeClientFrame(fromHex(hex))).toBeUndefined()
  })

  test('is read as the generated code reads it', () => {
    const ack = fc.record({
      messageId: fc.string({ unit: 'grapheme', maxLength: 40 }),
      messageIds: fc.array(fc.string({ maxLength: 70 }), { maxLength: 4 }),
    })
    fc.assert(
      fc.property(fc.array(ack, { maxLength: 3 }), (acks) => {
        const bytes = concat(acks.map((value) => generatedFrame({ case: 'ack', value })))
        expect(decodeClientFrame(bytes)).toEqual(clientFrameByGenerated(bytes))
      }),
    )
  })
})

describe('what a relay says', () => {
  test('is read and written as the generated code does it', () => {
    fc.assert(
      fc.property(anyEnvelope(), (envelope) => {
        const bytes = encodeEnvelopeFrame(envelope)
        const { type, content, timestampMillis } = envelope
        expect(bytes).toEqual(
          generatedFrame({
            case: 'envelope',
            value: {
              id: formatUuid(envelope.id),
              sourceUserId: envelope.source === undefined ? '' : formatUuid(envelope.source),
              timestamp: BigInt(timestampMillis),
              message: fromBinary(EncryptedMessageSchema, encodeByGenerated({ type, content })),
            },
          }),
        )
        expect(decodeRelayFrame(bytes)).toEqual(relayFrameByGenerated(bytes))
      }),
    )
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (oneTimePreKeyCount, minThreshold) => {
        const status = { oneTimePreKeyCount, minThreshold }
        const bytes = encodePreKeyStatusFrame(status)
        expect(bytes).toEqual(generatedFrame({ case: 'preKeyStatus', value: status }))
        expect(decodeRelayFrame(bytes)).toEqual({ kind: 'prekey-status', ...status })
      }),
    )
  })

  test('is merged when it is said twice, and forgotten when something else is said after', () => {
    const frame = fc.oneof(
      anyEnvelope().map(encodeEnvelopeFrame),
      fc.tuple(fc.nat(2), fc.nat(2)).map(([a, b]) => encodePreKeyStatusFrame(statusOf(a, b))),
      fc.constant(encodeAckFrame([])),
    )
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 4 }), (frames) => {
        const bytes = concat(frames)
        expect(decodeRelayFrame(bytes)).toEqual(relayFrameByGenerated(bytes))
      }),
    )
  })

  test('cannot be written with ids of another length, or values out of range', () => {
    const envelope = envelopeOf()
    expect(() => encodeEnvelopeFrame({ ...envelope, id: new Uint8Array(15) })).toThrow(RangeError)
    expect(() => encodeEnvelopeFrame({ ...envelope, source: new Uint8Array() })).toThrow(RangeError)
    expect(() => encodeEnvelopeFrame({ ...envelope, timestampMillis: -1 })).toThrow(RangeError)
    expect(() => encodeEnvelopeFrame({ ...envelope, type: 2 ** 31 })).toThrow(RangeError)
    expect(() => encodeAckFrame([new Uint8Array(17)])).toThrow(RangeError)
  })
})

describe('hostile bytes', () => {
  // Fragments that make deep progress likely: tags of every message, lengths, ends of groups, long varints.
  const fragment = fc.oneof(
    fc.constantFrom('08', '0a', '10', '12', '18', '22', '52', '5a', '62', '0b', '0c', '6a'),
    fc.constantFrom('00', '01', '02', '03', '04', '06', '7f', '80', 'ff', '61'),
    fc.constantFrom(
      '0802',
      '120161',
      '0a0161',
      '1801',
      '2200',
      '5a00',
      '5203220108',
      '220412026869',
    ),
    fc.constantFrom('8001', 'ffffffff0f', 'ffffffffffffffffff01', '80808080808080808000'),
  )
  const soup = fc.array(fragment, { maxLength: 10 }).map((parts) => fromHex(parts.join('')))
  const spoilt = fc
    .tuple(
      fc.oneof(anyEnvelope().map(encodeEnvelopeFrame), anyMessage().map(encodeEncryptedMessage)),
      fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 3 }),
      fc.nat(20),
    )
    .map(([bytes, edits, cut]) => {
      const copy = bytes.slice(0, Math.max(0, bytes.length - cut))
      for (const [at, value] of edits) if (at < copy.length) copy[at] = value
      return copy
    })
  const hostile = fc.oneof(soup, spoilt, fc.uint8Array({ maxLength: 30 }))

  test('that are accepted mean what they mean to the generated code', () => {
    let accepted = 0
    fc.assert(
      fc.property(hostile, (bytes) => {
        const message = decodeEncryptedMessage(bytes)
        if (message !== undefined) expect(message).toEqual(messageByGenerated(bytes))
        const down = decodeRelayFrame(bytes)
        if (down !== undefined) {
          const expected = relayFrameByGenerated(bytes)
          // The inside of an ack is not looked at on this side.
          if (expected !== undefined || down.kind !== 'other') expect(down).toEqual(expected)
        }
        const up = decodeClientFrame(bytes)
        const expected = clientFrameByGenerated(bytes)
        // The inside of what only a relay says is not looked at on this side.
        if (up !== undefined && expected !== undefined) expect(up).toEqual(expected)
        accepted += Number(message !== undefined || down !== undefined || up !== undefined)
      }),
      { numRuns: 5000 },
    )
    expect(accepted).toBeGreaterThan(500)
  })

  test('cost no more than their length', () => {
    const bytes = new Uint8Array(2 * 1024 * 1024).fill(0x0b)
    const startedAt = performance.now()
    decodeEncryptedMessage(bytes)
    decodeClientFrame(bytes)
    bytes.fill(0x08)
    decodeEncryptedMessage(bytes)
    decodeClientFrame(bytes)
    expect(performance.now() - startedAt).toBeLessThan(2000)
  })

  test('well-formed apart from one wire type are refused, whatever the type', () => {
    const known = [
      { number: 1, wireType: WireType.Varint },
      { number: 2, wireType: WireType.LengthDelimited },
    ]
    for (const field of known) {
      for (const wireType of [0, 1, 2, 5]) {
        const writer = new BinaryWriter().tag(field.number, wireType)
        if (wireType === 0) writer.uint32(1)
        else if (wireType === 1) writer.fixed64(1n)
        else if (wireType === 2) writer.bytes(fromText('a'))
        else writer.fixed32(1)
        const accepted = decodeEncryptedMessage(writer.finish()) !== undefined
        expect({ ...field, accepted }).toEqual({ ...field, accepted: wireType === field.wireType })
      }
    }
  })
})

function anyMessage(): fc.Arbitrary<EncryptedMessage> {
  return fc.record({
    type: fc.oneof(fc.nat(3), fc.integer()),
    content: fc.oneof(fc.uint8Array({ maxLength: 8 }), fc.uint8Array({ maxLength: 400 })),
  })
}

function anyEnvelope(): fc.Arbitrary<Parameters<typeof encodeEnvelopeFrame>[0]> {
  const anyId = fc.uint8Array({ minLength: 16, maxLength: 16 })
  return fc
    .record({
      id: anyId,
      source: fc.option(anyId, { nil: undefined }),
      timestampMillis: fc.oneof(fc.nat(1), fc.maxSafeNat()),
      message: anyMessage(),
    })
    .map(({ message, ...rest }) => ({ ...rest, ...message }))
}

function envelopeOf(): Parameters<typeof encodeEnvelopeFrame>[0] {
  return { id, source, timestampMillis: 1, type: 2, content: hi }
}

function statusOf(oneTimePreKeyCount: number, minThreshold: number) {
  return { oneTimePreKeyCount, minThreshold }
}

type Payload = NonNullable<MessageInitShape<typeof WebSocketFrameSchema>['payload']>

function generatedFrame(payload: Payload): Uint8Array {
  return toBinary(WebSocketFrameSchema, create(WebSocketFrameSchema, { payload }))
}

function encodeByGenerated(message: EncryptedMessage): Uint8Array {
  const generated = create(EncryptedMessageSchema, { content: message.content })
  // The generated type lists the enum's names; the wire carries any int32.
  generated.type = message.type as typeof generated.type
  return toBinary(EncryptedMessageSchema, generated)
}

function messageByGenerated(bytes: Uint8Array): EncryptedMessage | undefined {
  try {
    const { type, content } = fromBinary(EncryptedMessageSchema, bytes)
    return { type, content }
  } catch {
    return undefined
  }
}

function clientFrameByGenerated(bytes: Uint8Array): ClientFrame | undefined {
  try {
    const { payload } = fromBinary(WebSocketFrameSchema, bytes)
    if (payload.case !== 'ack') return { kind: 'other' }
    const { messageId, messageIds } = payload.value
    return { kind: 'ack', ids: messageId === '' ? messageIds : [messageId, ...messageIds] }
  } catch {
    return undefined
  }
}

function relayFrameByGenerated(bytes: Uint8Array): RelayFrame | undefined {
  try {
    const { payload } = fromBinary(WebSocketFrameSchema, bytes)
    switch (payload.case) {
      case 'envelope': {
        const { id: envelopeId, sourceUserId, timestamp, message } = payload.value
        return {
          kind: 'envelope',
          id: envelopeId,
          source: sourceUserId,
          timestampMillis: Number(timestamp),
          type: message?.type ?? 0,
          content: message?.content ?? new Uint8Array(),
        }
      }
      case 'preKeyStatus': {
        const { oneTimePreKeyCount, minThreshold } = payload.value
        return { kind: 'prekey-status', oneTimePreKeyCount, minThreshold }
      }
      default:
        return { kind: 'other' }
    }
  } catch {
    return undefined
  }
}

function uuid(text: string): Uint8Array {
  const bytes = parseUuid(text)
  if (bytes === undefined) throw new Error(`Expected a UUID: ${text}`)
  return bytes
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

function fromText(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text))
}

function fromHex(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits.replaceAll(' ', ''), 'hex'))
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
