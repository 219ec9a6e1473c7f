import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { wipe } from '@sotto/primitives'
import { acceptSenderKey } from '#groups/accept-sender-key.ts'
import { decryptGroupMessage } from '#groups/decrypt-group-message.ts'
import { distributeSenderKey } from '#groups/distribute-sender-key.ts'
import { encryptGroupMessage, lastIteration } from '#groups/encrypt-group-message.ts'
import {
  distributionId,
  senderAndReader,
  TestReader,
  TestSender,
} from '#groups/members-for-tests.ts'
import type { SenderKeyRecord } from '#groups/sender-key-record.ts'
import { parseSenderKeyDistributionMessage } from '#messages/sender-key-distribution-message.ts'
import { parseSenderKeyMessage } from '#messages/sender-key-message.ts'
import { codeOf, flipped, fromHex, primitives, randomnessOf } from '#session/parties-for-tests.ts'

/** Of a record with one state. */
function onlyState(record: SenderKeyRecord | undefined): SenderKeyRecord['states'][number] {
  const state = record?.states[0]
  if (state === undefined) throw new Error('Cannot look at state: there is none')
  return state
}

/** The sender skips this many messages. */
function skip(sender: TestSender, count: number): void {
  for (let i = 0; i < count; i++) {
    const state = onlyState(sender.record)
    const chainKey = primitives.hmacSha256(state.chainKey, Uint8Array.of(2))
    sender.record = { states: [{ ...state, iteration: state.iteration + 1, chainKey }] }
  }
}

describe('a group', () => {
  test('reads what a sender sends, in order', () => {
    const [sender, reader] = senderAndReader()
    for (const text of ['', 'one', 'a longer text than a block of sixteen bytes']) {
      expect(reader.read(sender.send(text))).toBe(text)
    }
  })

  test('reads in any order, each message once', () => {
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    fc.assert(
      fc.property(order, (indices) => {
        const [sender, reader] = senderAndReader()
        const messages = Array.from({ length: 10 }, (_, i) => sender.send(`text ${i}`))
        for (const index of indices) {
          const message = messages[index] as Uint8Array
          expect(reader.read(message)).toBe(`text ${index}`)
          expect(codeOf(() => reader.read(message))).toBe('duplicated-message')
        }
      }),
      { numRuns: 10 },
    )
  })

  test('keeps no key of a message that was read', () => {
    const [sender, reader] = senderAndReader()
    const [first, second, third] = [sender.send('1'), sender.send('2'), sender.send('3')]
    reader.read(third)
    expect(onlyState(reader.record).skipped.map((skipped) => skipped.iteration)).toEqual([0, 1])
    reader.read(first)
    expect(onlyState(reader.record).skipped.map((skipped) => skipped.iteration)).toEqual([1])
    reader.read(second)
    expect(onlyState(reader.record).skipped).toEqual([])
  })

  test('lets a late joiner read from then on and nothing before', () => {
    const [sender, reader] = senderAndReader()
    const before = sender.send('before')
    const late = new TestReader()
    late.accept(sender.announce())
    const after = sender.send('after')
    expect(late.read(after)).toBe('after')
    expect(codeOf(() => late.read(before))).toBe('duplicated-message')
    expect(reader.read(after)).toBe('after')
    expect(reader.read(before)).toBe('before')
  })

  test('has a key of its own for each sender, and nobody can write for another', () => {
    const [sender, reader] = senderAndReader()
    const message = sender.send('hello')
    const body = message.subarray(0, message.length - 64)
    const other = new TestSender('other')
    other.announce()
    const key = onlyState(other.record).signingPrivateKey as Uint8Array
    const forged = new Uint8Array([
      ...body,
      ...primitives.signXeddsa(key, body, new Uint8Array(64)),
    ])
    expect(codeOf(() => reader.read(forged))).toBe('invalid-signature')
  })
})

describe('a sender key', () => {
  test('has a chain id of 31 bits and starts at 0', () => {
    const random = (length: number): Uint8Array => new Uint8Array(length).fill(0xff)
    const { record } = distributeSenderKey(
      primitives,
      { record: undefined, distributionId },
      random,
    )
    expect(onlyState(record)).toMatchObject({ chainId: 0x7fff_ffff, iteration: 0, skipped: [] })
  })

  test('is announced as it stands, and as often as one likes', () => {
    const sender = new TestSender()
    const first = parseSenderKeyDistributionMessage(sender.announce())
    expect(parseSenderKeyDistributionMessage(sender.announce())).toEqual(first)
    sender.send('one')
    const second = parseSenderKeyDistributionMessage(sender.announce())
    expect(second).toMatchObject({ chainId: first.chainId, iteration: 1 })
    expect(second.signingKey).toEqual(first.signingKey)
    expect(second.chainKey).toEqual(primitives.hmacSha256(first.chainKey, Uint8Array.of(0x02)))
  })

  test('gives the recorded bytes', () => {
    const record: SenderKeyRecord = {
      states: [
        {
          chainId: 123456,
          iteration: 7,
          chainKey: new Uint8Array(32).fill(0x55),
          signingPrivateKey: fromHex(
            '0002030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f60',
          ),
          signingKey: fromHex('07a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c7c'),
          skipped: [],
        },
      ],
    }
    const { message } = distributeSenderKey(primitives, { record, distributionId }, () => {
      throw new Error('Cannot draw: the key is there')
    })
    expect(message).toEqual(
      fromHex(
        '330a10d1d1d1d1700011ebb32a33b8a8a487a610c0c4071807222055555555555555555555555555555555' +
          '555555555555555555555555555555552a2105' +
          '07a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c7c',
      ),
    )
    const plaintext = new TextEncoder().encode('group hi')
    const encrypted = encryptGroupMessage(
      primitives,
      { record, distributionId, plaintext },
      (length) => new Uint8Array(length).fill(8),
    )
    expect(encrypted.message).toEqual(
      fromHex(
        '330a10d1d1d1d1700011ebb32a33b8a8a487a610c0c40718072210e5534270762237ff9928402480b7c2da' +
          'b980183d7bfd69b9149dee4a633cc9d25c8672f4af9592d2741cf243b254824c' +
          'ff406317c09c4bbb58cfaa10a1225eac408df856c8aff3874c013a613ae22382',
      ),
    )
    expect(onlyState(encrypted.record).chainKey).toEqual(
      fromHex('1aa496da62802813eb32b9f1d2a9d0d13632db19a1ce300dc7161fa0a738c69c'),
    )
    const reader = new TestReader()
    reader.accept(message)
    expect(reader.read(encrypted.message)).toBe('group hi')
  })

  test('that is announced again keeps the chain that the reader has', () => {
    const [sender, reader] = senderAndReader()
    const early = sender.announce()
    const first = sender.send('first')
    const second = sender.send('second')
    reader.read(second)
    reader.accept(early)
    expect(codeOf(() => reader.read(second))).toBe('duplicated-message')
    expect(reader.read(first)).toBe('first')
  })

  test('is one of five at most; the oldest goes, and one that comes again is new', () => {
    const senders = Array.from({ length: 6 }, (_, i) => new TestSender(`sender ${i}`))
    const reader = new TestReader()
    const [first, second] = senders as [TestSender, TestSender]
    for (const sender of senders.slice(0, 5)) reader.accept(sender.announce())
    reader.accept(first.announce())
    expect(reader.record?.states).toHaveLength(5)
    expect(reader.record?.states[0]?.chainId).toBe(onlyState(first.record).chainId)
    reader.accept((senders[5] as TestSender).announce())
    expect(reader.record?.states).toHaveLength(5)
    expect(codeOf(() => reader.read(second.send('x')))).toBe('sender-key-not-found')
    for (const sender of senders) {
      if (sender !== second) expect(reader.read(sender.send('x'))).toBe('x')
    }
  })

  test('with the chain id of another replaces it, and the other is to be erased', () => {
    const [sender, reader] = senderAndReader()
    const other = new TestSender('other')
    const announced = parseSenderKeyDistributionMessage(other.announce())
    const chainId = onlyState(sender.record).chainId
    const old = onlyState(reader.record)
    const step = acceptSenderKey(reader.record, { ...announced, chainId })
    expect(step.record.states).toHaveLength(1)
    expect(onlyState(step.record).signingKey).toEqual(announced.signingKey)
    expect(step.wipe).toEqual([old.chainKey])
  })

  test('does not share memory with the message that it came in', () => {
    const [sender, reader] = senderAndReader()
    const message = parseSenderKeyDistributionMessage(sender.announce())
    const { record } = acceptSenderKey(undefined, message)
    message.chainKey.fill(0)
    reader.record = record
    expect(reader.read(sender.send('text'))).toBe('text')
  })
})

describe('limits', () => {
  test('a message may be 25 000 ahead and no more', () => {
    const [sender, reader] = senderAndReader()
    skip(sender, 25_000)
    const start = reader.record
    const atLimit = sender.send('at the limit')
    const beyond = sender.send('beyond')
    expect(codeOf(() => reader.read(beyond))).toBe('invalid-message')
    expect(reader.record).toBe(start)
    expect(reader.read(atLimit)).toBe('at the limit')
    expect(reader.read(beyond)).toBe('beyond')
  })

  test('2000 messages are waited for; the oldest beyond are given up', () => {
    const [sender, reader] = senderAndReader()
    const gone = sender.send('0')
    const kept = sender.send('1')
    skip(sender, 1998)
    const middle = sender.send('2000')
    const later = sender.send('2001')
    const last = sender.send('2002')
    // Exactly 2000 are missing before this one.
    expect(reader.read(middle)).toBe('2000')
    const full = onlyState(reader.record)
    expect(full.skipped).toHaveLength(2000)
    expect(full.skipped[0]?.iteration).toBe(0)
    const step = decryptGroupMessage(primitives, reader.record, parseSenderKeyMessage(last))
    expect(step.wipe).toContain(full.skipped[0]?.seed)
    expect(onlyState(step.record).skipped).toHaveLength(2000)
    reader.record = step.record
    expect(codeOf(() => reader.read(gone))).toBe('duplicated-message')
    expect(reader.read(kept)).toBe('1')
    expect(reader.read(later)).toBe('2001')
  })

  test('the same keys are kept after one jump as after many', () => {
    const [sender, reader] = senderAndReader()
    skip(sender, 2500)
    const one = sender.send('2500')
    skip(sender, 10)
    const two = sender.send('2511')
    const direct = new TestReader()
    direct.record = reader.record
    reader.read(one)
    reader.read(two)
    direct.read(two)
    const seeds = (of: TestReader): readonly number[] =>
      onlyState(of.record).skipped.map((skipped) => skipped.iteration)
    expect(seeds(reader)).toEqual(
      Array.from({ length: 2000 }, (_, i) => (i < 1990 ? 510 + i : 511 + i)),
    )
    expect(seeds(direct)).toEqual(Array.from({ length: 2000 }, (_, i) => 511 + i))
    expect(direct.read(one)).toBe('2500')
  })

  test('the last iteration is not used', () => {
    const [sender, reader] = senderAndReader()
    const move = (record: SenderKeyRecord | undefined, iteration: number): SenderKeyRecord => ({
      states: [{ ...onlyState(record), iteration }],
    })
    sender.record = move(sender.record, lastIteration - 1)
    reader.record = move(reader.record, lastIteration - 1)
    expect(reader.read(sender.send('the last'))).toBe('the last')
    expect(onlyState(sender.record).iteration).toBe(lastIteration)
    expect(codeOf(() => sender.send('one more'))).toBe('invalid-state')
    expect(onlyState(reader.record).iteration).toBe(lastIteration)
  })
})

describe('refusals', () => {
  test('say that a key is missing', () => {
    const [sender, reader] = senderAndReader()
    const message = sender.send('text')
    expect(codeOf(() => new TestReader().read(message))).toBe('sender-key-not-found')
    expect(codeOf(() => new TestSender().send('text'))).toBe('sender-key-not-found')
    const other = new TestSender('other')
    other.announce()
    expect(codeOf(() => reader.read(other.send('text')))).toBe('sender-key-not-found')
  })

  test('of sending with the key of somebody else', () => {
    const [, reader] = senderAndReader()
    const sender = new TestSender()
    sender.record = reader.record
    expect(codeOf(() => sender.send('text'))).toBe('invalid-state')
    expect(codeOf(() => sender.announce())).toBe('invalid-state')
  })

  test('meet every flipped byte and every truncation, and change nothing', () => {
    const [sender, reader] = senderAndReader()
    const message = sender.send('some text')
    const { record } = reader
    const before = structuredClone(record)
    for (let i = 0; i < message.length; i++) {
      // The low nibble of the first byte is not looked at, but it is signed.
      expect(codeOf(() => reader.read(flipped(message, i)))).not.toBe('nothing')
      expect(codeOf(() => reader.read(message.subarray(0, i)))).not.toBe('nothing')
    }
    expect(reader.record).toBe(record)
    expect(record).toEqual(before)
    expect(reader.read(message)).toBe('some text')
  })

  test('of what is signed but cannot be decrypted have one code', () => {
    const [sender, reader] = senderAndReader()
    const message = parseSenderKeyMessage(sender.send('text'))
    const key = onlyState(sender.record).signingPrivateKey as Uint8Array
    for (const ciphertext of [new Uint8Array(), new Uint8Array(15), new Uint8Array(16)]) {
      const content = { ...message, ciphertext }
      const signature = primitives.signXeddsa(key, message.signed, randomnessOf('z')(64))
      const forged = { ...content, signature }
      expect(codeOf(() => decryptGroupMessage(primitives, reader.record, forged))).toBe(
        'invalid-message',
      )
    }
  })
})

describe('what is to be erased', () => {
  test('leaves the new record working, and holds the old chain key', () => {
    const [sender, reader] = senderAndReader()
    const plaintext = new Uint8Array(3)
    const old = onlyState(sender.record).chainKey
    const sent = encryptGroupMessage(
      primitives,
      { record: sender.record, distributionId, plaintext },
      sender.random,
    )
    expect(sent.wipe).toEqual([old])
    wipe(...sent.wipe)
    sender.record = sent.record
    const messages = [sent.message, sender.send('1'), sender.send('2'), sender.send('3')]
    for (const index of [2, 0, 3, 1]) {
      const message = parseSenderKeyMessage(messages[index] as Uint8Array)
      const step = decryptGroupMessage(primitives, reader.record, message)
      expect(step.wipe.length).toBeGreaterThan(0)
      wipe(...step.wipe)
      reader.record = step.record
    }
    expect(onlyState(reader.record)).toMatchObject({ iteration: 4, skipped: [] })
    expect(onlyState(reader.record).chainKey).toEqual(onlyState(sender.record).chainKey)
  })

  test('no operation changes the record that it was given', () => {
    const [sender, reader] = senderAndReader()
    const senderBefore = structuredClone(sender.record)
    const readerBefore = structuredClone(reader.record)
    const { record: senderRecord } = sender
    const { record: readerRecord } = reader
    const first = sender.send('1')
    reader.read(sender.send('2'))
    reader.read(first)
    reader.accept(new TestSender('other').announce())
    expect(senderRecord).toEqual(senderBefore)
    expect(readerRecord).toEqual(readerBefore)
  })
})
