/**
 * @module How fast the codecs are, beside the generated ones: `bun wire/src/obscura/codec.bench.ts`, or `node`. One
 * envelope holds 1 kB of content.
 */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import {
  EncryptedMessageSchema,
  EnvelopeSchema,
  WebSocketFrameSchema,
} from '#gen/obscura/v1/obscura_pb.ts'
import { formatUuid } from '#ids.ts'
import { decodeClientFrame, encodeAckFrame } from '#obscura/client-frame.ts'
import { decodeEncryptedMessage, encodeEncryptedMessage } from '#obscura/encrypted-message.ts'
import { decodeRelayFrame, encodeEnvelopeFrame } from '#obscura/relay-frame.ts'

const id = Uint8Array.from({ length: 16 }, (_, i) => i * 13)
const source = Uint8Array.from({ length: 16 }, (_, i) => i * 17)
const message = { type: 2, content: Uint8Array.from({ length: 1024 }, (_, i) => i) }
const body = encodeEncryptedMessage(message)
const envelope = { id, source, timestampMillis: 1_770_000_000_123, ...message }
const frame = encodeEnvelopeFrame(envelope)
const ack = encodeAckFrame([id])

const encodeByGenerated = (): Uint8Array =>
  toBinary(
    WebSocketFrameSchema,
    create(WebSocketFrameSchema, {
      payload: {
        case: 'envelope',
        value: create(EnvelopeSchema, {
          id: formatUuid(id),
          sourceUserId: formatUuid(source),
          timestamp: BigInt(envelope.timestampMillis),
          message: create(EncryptedMessageSchema, { type: 2, content: message.content }),
        }),
      },
    }),
  )

const runs: readonly (readonly [name: string, run: () => unknown])[] = [
  ['encode envelope', () => encodeEnvelopeFrame(envelope)],
  ['encode envelope, generated', encodeByGenerated],
  ['decode envelope', () => decodeRelayFrame(frame)],
  ['decode envelope, generated', () => fromBinary(WebSocketFrameSchema, frame)],
  ['decode message', () => decodeEncryptedMessage(body)],
  ['decode message, generated', () => fromBinary(EncryptedMessageSchema, body)],
  ['decode ack', () => decodeClientFrame(ack)],
  ['decode ack, generated', () => fromBinary(WebSocketFrameSchema, ack)],
]

const rounds = 5
const repeats = 100_000

for (const [name, run] of runs) {
  let best = 0
  for (let round = 0; round < rounds; round++) {
    const startedAt = performance.now()
    for (let i = 0; i < repeats; i++) run()
    best = Math.max(best, repeats / (performance.now() - startedAt))
  }
  console.log(`${name.padEnd(28)} ${(best / 1000).toFixed(2).padStart(6)} M/s`)
}
