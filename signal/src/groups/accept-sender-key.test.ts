import { describe, expect, test } from 'vitest'
import { acceptSenderKey } from '#groups/accept-sender-key.ts'
import { decryptGroupMessage } from '#groups/decrypt-group-message.ts'
import { distributeSenderKey } from '#groups/distribute-sender-key.ts'
import { encryptGroupMessage, lastIteration } from '#groups/encrypt-group-message.ts'
import { distributionId, senderAndReader, TestSender } from '#groups/members-for-tests.ts'
import type { SenderKeyRecord, SenderKeyState } from '#groups/sender-key-record.ts'
import { parseSenderKeyDistributionMessage } from '#messages/sender-key-distribution-message.ts'
import { parseSenderKeyMessage } from '#messages/sender-key-message.ts'
import { codeOf, primitives, randomnessOf } from '#session/parties-for-tests.ts'

function firstOf(record: SenderKeyRecord | undefined): SenderKeyState {
  const state = record?.states[0]
  if (state === undefined) throw new Error('Cannot look at state: there is none')
  return state
}

describe('a sender key that is accepted', () => {
  const another = parseSenderKeyDistributionMessage(new TestSender('another').announce())

  test('gives up nothing as long as there is room', () => {
    const [, reader] = senderAndReader()
    const step = acceptSenderKey(reader.record, another)
    expect(step.record.states).toHaveLength(2)
    expect(step.wipe).toEqual([])
    expect(acceptSenderKey(step.record, another).wipe).toEqual([])
  })

  test('gives up all secrets of the one that it replaces', () => {
    const [sender, reader] = senderAndReader()
    for (let i = 0; i < 3; i++) sender.send('late')
    reader.read(sender.send('first'))
    const old = firstOf(reader.record)
    const { chainId } = old
    expect(old.skipped).toHaveLength(3)
    expect(acceptSenderKey(reader.record, { ...another, chainId }).wipe).toEqual([
      old.chainKey,
      ...old.skipped.map(({ seed }) => seed),
    ])
    const own = firstOf(sender.record)
    expect(acceptSenderKey(sender.record, { ...another, chainId }).wipe).toEqual([
      own.chainKey,
      own.signingPrivateKey,
    ])
  })

  test('is another one under another chain id, whoever signs', () => {
    const [sender, reader] = senderAndReader()
    const announced = parseSenderKeyDistributionMessage(sender.announce())
    const chainId = announced.chainId + 1
    const { record } = acceptSenderKey(reader.record, { ...announced, chainId })
    expect(record.states.map((state) => state.chainId)).toEqual([chainId, announced.chainId])
  })
})

describe('a record without keys', () => {
  const record: SenderKeyRecord = { states: [] }
  const random = randomnessOf('none')

  test('is refused in sending', () => {
    const input = { record, distributionId, plaintext: new Uint8Array() }
    expect(codeOf(() => encryptGroupMessage(primitives, input, random))).toBe(
      'sender-key-not-found',
    )
    expect(codeOf(() => distributeSenderKey(primitives, { record, distributionId }, random))).toBe(
      'invalid-state',
    )
  })
})

describe('a message from afar', () => {
  test('that has the last iteration is refused: its chain could not go on', () => {
    const [sender, reader] = senderAndReader()
    const message = { ...parseSenderKeyMessage(sender.send('x')), iteration: lastIteration }
    const state = { ...firstOf(reader.record), iteration: lastIteration - 3 }
    expect(codeOf(() => decryptGroupMessage(primitives, { states: [state] }, message))).toBe(
      'invalid-state',
    )
  })

  test('costs no seeds that would not be kept', () => {
    const [sender, reader] = senderAndReader()
    const message = { ...parseSenderKeyMessage(sender.send('x')), iteration: 5000 }
    let seeds = 0
    const counting = {
      ...primitives,
      hmacSha256: (key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array => {
        if (parts[0]?.[0] === 1) seeds++
        return primitives.hmacSha256(key, ...parts)
      },
      decryptAesCbc: (): Uint8Array => new Uint8Array(1),
    }
    decryptGroupMessage(counting, reader.record, message)
    expect(seeds).toBe(2000 + 1)
  })
})
