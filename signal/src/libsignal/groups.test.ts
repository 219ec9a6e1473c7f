import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { distributionId, TestReader, TestSender } from '#groups/members-for-tests.ts'
import { nextChainKey } from '#groups/sender-chain.ts'
import { readSenderKeyRecord, writeSenderKeyRecord } from '#groups/sender-key-record-format.ts'
import { libsignal, presence } from '#libsignal/oracle-for-tests.ts'
import { copy, oracleStores } from '#libsignal/oracle-stores-for-tests.ts'
import {
  parseSenderKeyDistributionMessage,
  writeSenderKeyDistributionMessage,
} from '#messages/sender-key-distribution-message.ts'
import { parseSenderKeyMessage } from '#messages/sender-key-message.ts'
import { codeOf, primitives } from '#session/parties-for-tests.ts'

const oracle = libsignal as NonNullable<typeof libsignal>
const senderName = '9d0652a3-dcc3-4d11-975f-74d61598733f'

/** A sender or reader that is libsignal's. */
class OracleMember {
  readonly #stores = oracleStores(oracle, oracle.PrivateKey.generate())
  readonly #sender = oracle.ProtocolAddress.new(senderName, 1)

  async announce(): Promise<Uint8Array> {
    const { senderKeys } = this.#stores
    const message = await oracle.SenderKeyDistributionMessage.create(
      this.#sender,
      distributionId,
      senderKeys,
    )
    return message.serialize()
  }

  async send(text: string): Promise<Uint8Array> {
    const { senderKeys } = this.#stores
    const plaintext = copy(Buffer.from(text))
    const message = await oracle.groupEncrypt(this.#sender, distributionId, senderKeys, plaintext)
    return message.serialize()
  }

  async accept(bytes: Uint8Array): Promise<void> {
    const message = oracle.SenderKeyDistributionMessage.deserialize(copy(bytes))
    await oracle.processSenderKeyDistributionMessage(this.#sender, message, this.#stores.senderKeys)
  }

  /** The text, or our code for what libsignal says. */
  async read(bytes: Uint8Array): Promise<string> {
    try {
      const { senderKeys } = this.#stores
      const plaintext = await oracle.groupDecrypt(this.#sender, senderKeys, copy(bytes))
      return Buffer.from(plaintext).toString()
    } catch (error) {
      return codeOfText(error instanceof Error ? error.message : String(error))
    }
  }
}

function codeOfText(text: string): string {
  const codes: readonly (readonly [RegExp, string])[] = [
    [/old counter/u, 'duplicated-message'],
    [/missing sender key state/u, 'sender-key-not-found'],
    [/signature/u, 'invalid-signature'],
    [/version/u, 'unsupported-version'],
    [/too short|protobuf/u, 'malformed'],
    [/from the future|too far|decryption failed/u, 'invalid-message'],
  ]
  return codes.find(([pattern]) => pattern.test(text))?.[1] ?? text
}

function readOrCode(reader: TestReader, bytes: Uint8Array): string {
  let text = ''
  const code = codeOf(() => {
    text = reader.read(bytes)
  })
  return code === 'nothing' ? text : code
}

/** Which messages arrive, in which order: shuffled, some lost, some twice. */
const deliveries = fc.array(fc.nat(39), { minLength: 60, maxLength: 60 })

describe.skipIf(libsignal === undefined)(`groups with libsignal${presence}`, () => {
  test('read what it sends as it does, shuffled, lost and doubled', async () => {
    await fc.assert(
      fc.asyncProperty(deliveries, async (order) => {
        const sender = new OracleMember()
        const reader = new TestReader()
        const theirReader = new OracleMember()
        const announced = await sender.announce()
        reader.accept(announced)
        await theirReader.accept(announced)
        const messages: Uint8Array[] = []
        for (let i = 0; i < 40; i++) messages.push(await sender.send(`text ${i}`))
        for (const index of order) {
          const message = messages[index] as Uint8Array
          const text = readOrCode(reader, message)
          expect(text).toBe(await theirReader.read(message))
          if (reader.record === undefined) throw new Error('Cannot go on: there is no record')
          reader.record = readSenderKeyRecord(writeSenderKeyRecord(reader.record))
        }
      }),
      { numRuns: 4 },
    )
  })

  test('send what it reads as we do, shuffled, lost and doubled', async () => {
    await fc.assert(
      fc.asyncProperty(deliveries, async (order) => {
        const sender = new TestSender()
        const reader = new TestReader()
        const theirReader = new OracleMember()
        const announced = sender.announce()
        reader.accept(announced)
        await theirReader.accept(announced)
        const messages = Array.from({ length: 40 }, (_, i) => sender.send(`text ${i}`))
        const seen = new Set<number>()
        for (const index of order) {
          const message = messages[index] as Uint8Array
          const text = await theirReader.read(message)
          expect(text).toBe(seen.has(index) ? 'duplicated-message' : `text ${index}`)
          expect(readOrCode(reader, message)).toBe(text)
          seen.add(index)
        }
      }),
      { numRuns: 4 },
    )
  })

  test('let late joiners of either kind read from then on', async () => {
    const sender = new OracleMember()
    await sender.announce()
    const before = await sender.send('before')
    const late = new TestReader()
    late.accept(await sender.announce())
    expect(readOrCode(late, before)).toBe('duplicated-message')
    expect(readOrCode(late, await sender.send('after'))).toBe('after')

    const ourSender = new TestSender()
    ourSender.announce()
    const ourBefore = ourSender.send('before')
    const theirLate = new OracleMember()
    await theirLate.accept(ourSender.announce())
    expect(await theirLate.read(ourBefore)).toBe('duplicated-message')
    expect(await theirLate.read(ourSender.send('after'))).toBe('after')
  })

  test('keep five keys, of the same senders', async () => {
    const senders = Array.from({ length: 7 }, (_, i) => new TestSender(`sender ${i}`))
    const reader = new TestReader()
    const theirReader = new OracleMember()
    // The third one is announced again and so is new when others come.
    for (const index of [0, 1, 2, 3, 4, 2, 5, 6]) {
      const announced = (senders[index] as TestSender).announce()
      reader.accept(announced)
      await theirReader.accept(announced)
    }
    const outcomes: string[] = []
    for (const sender of senders) {
      const message = sender.send('x')
      const outcome = readOrCode(reader, message)
      expect(await theirReader.read(message)).toBe(outcome)
      outcomes.push(outcome)
    }
    const gone = 'sender-key-not-found'
    expect(outcomes).toEqual([gone, gone, 'x', 'x', 'x', 'x', 'x'])
  })

  test('replace a key with the same chain id, and keep the chain of the same key', async () => {
    const [first, second] = [new TestSender('first'), new TestSender('second')]
    const early = first.announce()
    const chainId = parseSenderKeyDistributionMessage(early).chainId
    const other = parseSenderKeyDistributionMessage(second.announce())
    const replacing = writeSenderKeyDistributionMessage({ ...other, chainId })
    const reader = new TestReader()
    const theirReader = new OracleMember()
    const both = async (message: Uint8Array): Promise<string> => {
      const text = readOrCode(reader, message)
      expect(await theirReader.read(message)).toBe(text)
      return text
    }
    const accept = async (message: Uint8Array): Promise<void> => {
      reader.accept(message)
      await theirReader.accept(message)
    }
    await accept(early)
    const message = first.send('1')
    expect(await both(message)).toBe('1')
    await accept(early)
    expect(await both(message)).toBe('duplicated-message')
    await accept(replacing)
    expect(await both(first.send('2'))).toBe('invalid-signature')
  })

  test('wait for 2000 messages and jump 25 000, exactly as it does', async () => {
    const sender = new OracleMember()
    const announced = await sender.announce()
    const readers = [new TestReader(), new TestReader()] as const
    const theirs = [new OracleMember(), new OracleMember()] as const
    for (const reader of readers) reader.accept(announced)
    for (const reader of theirs) await reader.accept(announced)
    const messages: Uint8Array[] = []
    for (let i = 0; i <= 2002; i++) messages.push(await sender.send(`${i}`))
    for (const index of [2000, 2002, 0, 1, 2, 2001]) {
      const message = messages[index] as Uint8Array
      expect(readOrCode(readers[0], message)).toBe(await theirs[0].read(message))
    }

    // Far ahead with our own sender, whose chain can be moved without signing.
    const far = new TestSender('far')
    const start = far.announce()
    for (const reader of readers) reader.accept(start)
    for (const reader of theirs) await reader.accept(start)
    const moved = farAhead(far, 25_000)
    const [atLimit, beyond] = [moved.send('at'), moved.send('beyond')]
    for (const [message, expected] of [
      [beyond, 'invalid-message'],
      [atLimit, 'at'],
      [beyond, 'beyond'],
    ] as const) {
      expect(readOrCode(readers[1], message)).toBe(expected)
      expect(await theirs[1].read(message)).toBe(expected)
    }
  })

  test('write and read distribution messages as it does', () => {
    fc.assert(
      fc.property(
        fc.uuid(),
        fc.nat(0xffff_ffff),
        fc.nat(0xffff_ffff),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (id, chainId, iteration, chainKey) => {
          const key = oracle.PrivateKey.generate().getPublicKey()
          const theirs = oracle.SenderKeyDistributionMessage._new(
            3,
            id,
            chainId,
            iteration,
            copy(chainKey),
            key,
          )
          const ours = {
            distributionId: id,
            chainId,
            iteration,
            chainKey,
            signingKey: key.getPublicKeyBytes(),
          }
          expect(writeSenderKeyDistributionMessage(ours)).toEqual(theirs.serialize())
          expect(parseSenderKeyDistributionMessage(theirs.serialize())).toEqual(ours)
        },
      ),
      { numRuns: 30 },
    )
  })

  test('refuse the same changed bytes of messages', () => {
    const message = oracle.SenderKeyMessage._new(
      3,
      distributionId,
      300,
      5,
      copy(new Uint8Array(16)),
      oracle.PrivateKey.generate(),
    ).serialize()
    const distribution = oracle.SenderKeyDistributionMessage._new(
      3,
      distributionId,
      300,
      5,
      copy(new Uint8Array(32)),
      oracle.PrivateKey.generate().getPublicKey(),
    ).serialize()
    const parsers = [
      [message, parseSenderKeyMessage, oracle.SenderKeyMessage],
      [distribution, parseSenderKeyDistributionMessage, oracle.SenderKeyDistributionMessage],
    ] as const
    for (const [bytes, parse, theirs] of parsers) {
      const expectAlike = (changed: Uint8Array): void => {
        const ours = codeOf(() => parse(changed)) === 'nothing'
        let isRead = true
        try {
          theirs.deserialize(copy(changed))
        } catch {
          isRead = false
        }
        expect([Buffer.from(changed).toString('hex'), ours]).toEqual([
          Buffer.from(changed).toString('hex'),
          isRead,
        ])
      }
      for (let i = 0; i < bytes.length; i++) {
        expectAlike(bytes.subarray(0, i))
        for (let bit = 1; bit < 256; bit *= 2) {
          const changed = Uint8Array.from(bytes)
          changed[i] = (changed[i] as number) ^ bit
          expectAlike(changed)
        }
      }
    }
  })
})

function farAhead(sender: TestSender, count: number): TestSender {
  const state = sender.record?.states[0]
  if (state === undefined) throw new Error('Cannot move ahead: there is no key')
  let { chainKey } = state
  for (let i = 0; i < count; i++) chainKey = nextChainKey(primitives, chainKey)
  sender.record = { states: [{ ...state, iteration: state.iteration + count, chainKey }] }
  return sender
}
