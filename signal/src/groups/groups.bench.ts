/**
 * @module What a group message costs, in microseconds, by provider: `bun signal/src/groups/groups.bench.ts`, or `node`.
 * Texts are of 1 KB, and records are read before and written after every step, as a store would.
 */
import type { Primitives } from '@sotto/primitives'
import { openPrimitives } from '@sotto/primitives/provider'
import { noblePrimitives } from '@sotto/primitives/provider/noble'
import { acceptSenderKey } from '#groups/accept-sender-key.ts'
import { decryptGroupMessage } from '#groups/decrypt-group-message.ts'
import { distributeSenderKey } from '#groups/distribute-sender-key.ts'
import { encryptGroupMessage } from '#groups/encrypt-group-message.ts'
import { readSenderKeyRecord, writeSenderKeyRecord } from '#groups/sender-key-record-format.ts'
import { parseSenderKeyDistributionMessage } from '#messages/sender-key-distribution-message.ts'
import { parseSenderKeyMessage } from '#messages/sender-key-message.ts'

const distributionId = 'd1d1d1d1-7000-11eb-b32a-33b8a8a487a6'
const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))
const plaintext = random(1024)
const warmUp = 100
const rounds = 1000

function measure(primitives: Primitives): void {
  const own = distributeSenderKey(primitives, { record: undefined, distributionId }, random)
  const announced = parseSenderKeyDistributionMessage(own.message)
  let sending = writeSenderKeyRecord(own.record)
  let reading = writeSenderKeyRecord(acceptSenderKey(undefined, announced).record)
  let encryptMillis = 0
  let decryptMillis = 0
  for (let i = -warmUp; i < rounds; i++) {
    const startedAt = performance.now()
    const input = { record: readSenderKeyRecord(sending), distributionId, plaintext }
    const sent = encryptGroupMessage(primitives, input, random)
    sending = writeSenderKeyRecord(sent.record)
    const sentAt = performance.now()
    const message = parseSenderKeyMessage(sent.message)
    const read = decryptGroupMessage(primitives, readSenderKeyRecord(reading), message)
    reading = writeSenderKeyRecord(read.record)
    if (i < 0) continue
    encryptMillis += sentAt - startedAt
    decryptMillis += performance.now() - sentAt
  }
  const micros = (millis: number): string => ((1000 * millis) / rounds).toFixed(0).padStart(5)
  console.log(
    `${primitives.name.padEnd(6)} encrypt ${micros(encryptMillis)} µs, decrypt ${micros(decryptMillis)} µs`,
  )
}

for (const primitives of [await openPrimitives(), noblePrimitives]) measure(primitives)
