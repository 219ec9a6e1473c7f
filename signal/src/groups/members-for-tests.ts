/**
 * @module A sender and readers of a group, in memory.
 */
import { acceptSenderKey } from '#groups/accept-sender-key.ts'
import { decryptGroupMessage } from '#groups/decrypt-group-message.ts'
import { distributeSenderKey } from '#groups/distribute-sender-key.ts'
import { encryptGroupMessage } from '#groups/encrypt-group-message.ts'
import type { SenderKeyRecord } from '#groups/sender-key-record.ts'
import { ascii } from '#labels.ts'
import { parseSenderKeyDistributionMessage } from '#messages/sender-key-distribution-message.ts'
import { parseSenderKeyMessage } from '#messages/sender-key-message.ts'
import type { Randomness } from '#randomness.ts'
import { primitives, randomnessOf } from '#session/parties-for-tests.ts'

export const distributionId = 'd1d1d1d1-7000-11eb-b32a-33b8a8a487a6'

export class TestSender {
  record: SenderKeyRecord | undefined
  readonly random: Randomness

  constructor(seed = 'sender') {
    this.random = randomnessOf(seed)
  }

  announce(): Uint8Array {
    const { record, message } = distributeSenderKey(
      primitives,
      { record: this.record, distributionId },
      this.random,
    )
    this.record = record
    return message
  }

  send(text: string): Uint8Array {
    const plaintext = ascii(text)
    const { record } = this
    const input = { record, distributionId, plaintext }
    const step = encryptGroupMessage(primitives, input, this.random)
    this.record = step.record
    return step.message
  }
}

export class TestReader {
  record: SenderKeyRecord | undefined

  accept(message: Uint8Array): void {
    this.record = acceptSenderKey(this.record, parseSenderKeyDistributionMessage(message)).record
  }

  read(message: Uint8Array): string {
    const step = decryptGroupMessage(primitives, this.record, parseSenderKeyMessage(message))
    this.record = step.record
    return String.fromCharCode(...step.plaintext)
  }
}

/** A sender, and a reader who has the sender's key from the start. */
export function senderAndReader(): readonly [TestSender, TestReader] {
  const sender = new TestSender()
  const reader = new TestReader()
  reader.accept(sender.announce())
  return [sender, reader]
}
