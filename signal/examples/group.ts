/**
 * @module A group: one message encrypted once, read by everyone who was given the sender's key.
 *
 *     bun signal/examples/group.ts
 */
import { openPrimitives } from '@sotto/primitives/provider'
import {
  acceptSenderKey,
  decryptGroupMessage,
  distributeSenderKey,
  encryptGroupMessage,
  parseSenderKeyDistributionMessage,
  parseSenderKeyMessage,
} from '@sotto/signal'

const primitives = await openPrimitives()
const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))
const distributionId = crypto.randomUUID()

// Alice makes a sender key. Its distribution message goes to each member in an encrypted one-to-one message.
const own = distributeSenderKey(primitives, { record: undefined, distributionId }, random)

// Each member keeps a record for each sender.
const bob = acceptSenderKey(undefined, parseSenderKeyDistributionMessage(own.message))

const sent = encryptGroupMessage(
  primitives,
  { record: own.record, distributionId, plaintext: new TextEncoder().encode('Hello, all') },
  random,
)
const read = decryptGroupMessage(primitives, bob.record, parseSenderKeyMessage(sent.message))
console.log(`Bob reads: ${new TextDecoder().decode(read.plaintext)}`)

// Store sent.record and read.record, then wipe what they name.
for (const secret of [...sent.wipe, ...read.wipe]) secret.fill(0)
