import { expect, test } from 'vitest'
import { generateCurveKeyPair } from '#keys/curve-key-pair.ts'
import { maxForwardJump, maxSkippedKeys } from '#limits.ts'
import { parseSignalMessage } from '#messages/signal-message.ts'
import { maxChainIndex } from '#ratchet/chain-key.ts'
import {
  codeOf,
  primitives,
  randomnessOf,
  testDevice,
  testPair,
  type TestSide,
} from '#session/parties-for-tests.ts'
import type { CiphertextMessage } from '#session/parties.ts'

const nothing = new Uint8Array()

/** A session in which both have spoken; the receiver knows `sender`'s chain up to its first message. */
function conversation(sender: TestSide, receiver: TestSide): void {
  receiver.start(sender.device)
  sender.receive(receiver.send('x'))
  receiver.receive(sender.send('first'))
}

function sendMany(sender: TestSide, count: number): readonly CiphertextMessage[] {
  const sent: CiphertextMessage[] = []
  for (let i = 0; i < count; i++) sent.push(sender.send(''))
  return sent
}

function at(messages: readonly CiphertextMessage[], index: number): CiphertextMessage {
  return messages[index] ?? { type: 'whisper', bytes: nothing }
}

test('a chain jumps 25,000 messages and not one more, and keeps 2,000 behind it', () => {
  const [alice, bob] = testPair()
  conversation(alice, bob)
  // Index 0 of the chain has been read; `sent[i]` has index 1 + i.
  const sent = sendMany(alice, maxForwardJump + 2)
  const farthest = at(sent, maxForwardJump - 1)
  expect(codeOf(() => bob.decrypt(at(sent, maxForwardJump + 1)))).toBe('invalid-message')
  expect(codeOf(() => bob.decrypt(at(sent, maxForwardJump)))).toBe('invalid-message')
  expect(bob.receive(farthest)).toBe('')
  const oldest = maxForwardJump - 1 - maxSkippedKeys
  expect(codeOf(() => bob.decrypt(at(sent, oldest - 1)))).toBe('duplicated-message')
  expect(bob.receive(at(sent, oldest))).toBe('')
  expect(bob.receive(at(sent, maxForwardJump))).toBe('')
}, 20_000)

test('between the devices of one account it jumps farther', () => {
  const identity = generateCurveKeyPair(primitives, randomnessOf('self'))
  const name = '31415926-5358-9793-2384-626433827950'
  const [phone, desk] = testPair(
    testDevice(name, { identity }),
    testDevice(name, { deviceId: 2, identity }),
  )
  conversation(phone, desk)
  const sent = sendMany(phone, maxForwardJump + 500)
  expect(desk.receive(at(sent, maxForwardJump + 499))).toBe('')
}, 20_000)

test('a sending chain counts as far as a uint32 and then sends nothing', () => {
  const [alice, bob] = testPair()
  conversation(alice, bob)
  const { record } = alice
  if (record?.current === undefined) throw new Error('Cannot be')
  const { current, archived } = record
  const sender = { ...current.sender, index: maxChainIndex - 1 }
  alice.record = { current: { ...current, sender }, archived }
  expect(parseSignalMessage(alice.send('the last').bytes).counter).toBe(maxChainIndex - 1)
  expect(alice.record.current?.sender.index).toBe(maxChainIndex)
  expect(codeOf(() => alice.encrypt('one more'))).toBe('invalid-state')
})
