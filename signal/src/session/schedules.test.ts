import fc from 'fast-check'
import { expect, test } from 'vitest'
import { noblePrimitives } from '@sotto/primitives/provider/noble'
import { codeOf, testDevice, testPair, TestSide, toHex } from '#session/parties-for-tests.ts'
import type { CiphertextMessage } from '#session/parties.ts'
import { readRecord, writeRecord } from '#session/record-format.ts'

/** So few messages may be on their way that none is of a chain that was dropped. */
const maxUnderWay = 4

interface Sent {
  readonly text: string
  readonly message: CiphertextMessage
}

type Move =
  | { readonly kind: 'send' | 'start' | 'store'; readonly side: 0 | 1 }
  | { readonly kind: 'deliver' | 'lose' | 'twice'; readonly side: 0 | 1; readonly which: number }

const side = fc.constantFrom(0 as const, 1 as const)
const which = fc.nat(maxUnderWay - 1)
const anyMove: fc.Arbitrary<Move> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('send' as const), side }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('deliver' as const), side, which }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('twice' as const), side, which }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const), side, which }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('store' as const), side }) },
)

/** Reads it and checks that erasing what is left over does not touch what is kept. */
function receive(receiver: TestSide, { text, message }: Sent): void {
  const read = receiver.decrypt(message)
  expect(new TextDecoder().decode(read.plaintext)).toBe(text)
  const bytes = toHex(writeRecord(read.record))
  for (const secret of read.wipe) secret.fill(0)
  expect(toHex(writeRecord(read.record))).toBe(bytes)
  receiver.record = read.record
}

function send(sender: TestSide, text: string): Sent {
  const sent = sender.encrypt(text)
  const bytes = toHex(writeRecord(sent.record))
  for (const secret of sent.wipe) secret.fill(0)
  expect(toHex(writeRecord(sent.record))).toBe(bytes)
  sender.record = sent.record
  return { text, message: sent.message }
}

function play(sides: readonly [TestSide, TestSide], moves: readonly Move[]): void {
  /** On their way to each side. */
  const underWay: readonly [Sent[], Sent[]] = [[], []]
  let count = 0
  for (const move of moves) {
    const mover = sides[move.side]
    const other = sides[move.side === 0 ? 1 : 0]
    const queue = underWay[move.side]
    switch (move.kind) {
      case 'start':
        mover.start(other.device)
        break
      case 'store':
        if (mover.record !== undefined) mover.record = readRecord(writeRecord(mover.record))
        break
      case 'send': {
        // Who has no session starts one.
        if (mover.record?.current === undefined) mover.start(other.device)
        const waiting = underWay[move.side === 0 ? 1 : 0]
        if (waiting.length === maxUnderWay) receive(other, waiting.shift() as Sent)
        waiting.push(send(mover, `message ${count++}`))
        break
      }
      default: {
        const [sent] = queue.splice(move.which % Math.max(queue.length, 1), 1)
        if (sent === undefined || move.kind === 'lose') break
        receive(mover, sent)
        if (move.kind === 'twice') {
          expect(codeOf(() => mover.decrypt(sent.message))).toBe('duplicated-message')
        }
      }
    }
  }
  for (const [i, receiver] of sides.entries()) {
    for (const sent of underWay[i] ?? []) receive(receiver, sent)
  }
}

/** After whatever happened, a few messages each way bring both to one session. */
function settle([a, b]: readonly [TestSide, TestSide]): void {
  if (a.record?.current === undefined) a.start(b.device)
  for (let i = 0; i < 3; i++) {
    receive(b, send(a, `settling ${i}`))
    receive(a, send(b, `settling too ${i}`))
  }
  expect(a.record?.current?.baseKey).toEqual(b.record?.current?.baseKey)
}

test('every message is read once, in any order, with losses and repetitions', () => {
  fc.assert(
    fc.property(fc.array(anyMove, { minLength: 20, maxLength: 80 }), (moves) => {
      const sides = testPair()
      play(sides, moves)
      settle(sides)
    }),
    { numRuns: 8 },
  )
})

test('also when one side calculates with noble', () => {
  fc.assert(
    fc.property(fc.array(anyMove, { minLength: 20, maxLength: 60 }), (moves) => {
      const [alice, bob] = [testDevice('+14151111111'), testDevice('+14152222222')]
      const sides = [
        new TestSide(alice, bob.local.address),
        new TestSide(bob, alice.local.address, noblePrimitives),
      ] as const
      play(sides, moves)
      settle(sides)
    }),
    { numRuns: 4 },
  )
})

test('also when either side starts sessions anew at any time', () => {
  const withStarts = fc.oneof(
    { weight: 8, arbitrary: anyMove },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('start' as const), side }) },
  )
  fc.assert(
    fc.property(fc.array(withStarts, { minLength: 10, maxLength: 40 }), (moves) => {
      const sides = testPair()
      play(sides, moves)
      settle(sides)
    }),
    { numRuns: 8 },
  )
})
