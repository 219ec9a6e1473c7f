import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { senderAndReader, TestSender } from '#groups/members-for-tests.ts'
import { readSenderKeyRecord, writeSenderKeyRecord } from '#groups/sender-key-record-format.ts'
import type { SenderKeyRecord } from '#groups/sender-key-record.ts'
import { bufferOf, codeOf, fromHex, toHex } from '#session/parties-for-tests.ts'

function filled(value: number): Uint8Array {
  return new Uint8Array(32).fill(value)
}

const sample: SenderKeyRecord = {
  states: [
    {
      chainId: 0x01020304,
      iteration: 9,
      chainKey: filled(0x11),
      signingKey: filled(0x22),
      signingPrivateKey: filled(0x33),
      skipped: [],
    },
    {
      chainId: 0xffff_fffe,
      iteration: 0xffff_ffff,
      chainKey: filled(0x44),
      signingKey: filled(0x55),
      skipped: [
        { iteration: 0, seed: filled(0x66) },
        { iteration: 0xffff_fffe, seed: filled(0x77) },
      ],
    },
  ],
}

/** Written by version 1, for ever. */
const sampleHex =
  '0102' +
  '0102030400000009' +
  '11'.repeat(32) +
  '22'.repeat(32) +
  '01' +
  '33'.repeat(32) +
  '0000' +
  'fffffffeffffffff' +
  '44'.repeat(32) +
  '55'.repeat(32) +
  '000002' +
  '00000000' +
  '66'.repeat(32) +
  'fffffffe' +
  '77'.repeat(32)

function anyRecord(): fc.Arbitrary<SenderKeyRecord> {
  const key = fc.uint8Array({ minLength: 32, maxLength: 32 })
  const state = fc
    .record({
      chainId: fc.nat(0xffff_ffff),
      chainKey: key,
      signingKey: key,
      own: fc.option(key, { nil: undefined }),
      gap: fc.nat(0xffff),
      seeds: fc.uniqueArray(fc.tuple(fc.nat(0xfff_ffff), key), {
        maxLength: 20,
        selector: ([iteration]) => iteration,
      }),
    })
    .map(({ chainId, chainKey, signingKey, own, gap, seeds }) => {
      const skipped = seeds
        .toSorted(([a], [b]) => a - b)
        .map(([iteration, seed]) => ({ iteration, seed }))
      const iteration = (skipped.at(-1)?.iteration ?? 0) + 1 + gap
      const signing = own === undefined ? {} : { signingPrivateKey: own }
      return { chainId, iteration, chainKey, signingKey, ...signing, skipped }
    })
  return fc
    .uniqueArray(state, { minLength: 1, maxLength: 5, selector: ({ chainId }) => chainId })
    .map((states) => ({ states }))
}

function readCode(bytes: Uint8Array): string {
  return codeOf(() => readSenderKeyRecord(bytes))
}

describe('the stored form of a sender key record', () => {
  test('is frozen', () => {
    expect(toHex(writeSenderKeyRecord(sample))).toBe(sampleHex)
    expect(readSenderKeyRecord(fromHex(sampleHex))).toEqual(sample)
  })

  test('is read as it was written, from wherever it lies', () => {
    fc.assert(
      fc.property(anyRecord(), fc.nat(9), (record, offset) => {
        const bytes = writeSenderKeyRecord(record)
        const padded = new Uint8Array(offset + bytes.length + 3)
        padded.set(bytes, offset)
        const view = padded.subarray(offset, offset + bytes.length)
        expect(readSenderKeyRecord(view)).toEqual(record)
        expect(readSenderKeyRecord(bufferOf(bytes))).toEqual(record)
      }),
    )
  })

  test('shares no memory with what was read from it', () => {
    const bytes = bufferOf(fromHex(sampleHex))
    const record = readSenderKeyRecord(bytes)
    bytes.fill(0)
    expect(record).toEqual(sample)
  })

  test('is refused with any byte less or more', () => {
    const bytes = fromHex(sampleHex)
    for (let i = 0; i < bytes.length; i++) {
      expect(readCode(bytes.subarray(0, i))).toBe('invalid-state')
    }
    expect(readCode(fromHex(`${sampleHex}00`))).toBe('invalid-state')
  })

  test('with any byte changed is refused, or is another record whose form it is', () => {
    const bytes = fromHex(sampleHex)
    for (let i = 0; i < bytes.length; i++) {
      for (const bit of [0x01, 0x80]) {
        const changed = Uint8Array.from(bytes)
        changed[i] = (changed[i] as number) ^ bit
        const code = readCode(changed)
        if (code === 'nothing') {
          expect(writeSenderKeyRecord(readSenderKeyRecord(changed))).toEqual(changed)
        } else {
          expect(code).toBe('invalid-state')
        }
      }
    }
  })

  test.each([
    ['another version', `02${sampleHex.slice(2)}`],
    ['no states', '0100'],
    ['two states with one chain id', `0102${sampleHex.slice(4, 4 + 2 * 107).repeat(2)}`],
    ['a flag that is neither', sampleHex.replace(`${'22'.repeat(32)}01`, `${'22'.repeat(32)}02`)],
    ['a seed of the future', sampleHex.replace('fffffffeffffffff', 'fffffffefffffffe')],
    [
      'seeds out of order',
      sampleHex.replace(`000200000000${'66'.repeat(32)}`, `0002fffffffe${'66'.repeat(32)}`),
    ],
  ])('is refused with %s', (_, hex) => {
    expect(hex).not.toBe(sampleHex)
    expect(readCode(fromHex(hex))).toBe('invalid-state')
  })

  test('is refused with such a flag also where another state could be read behind it', () => {
    const bytes = new Uint8Array(2 + 2 * 75)
    bytes.set([1, 2])
    bytes[2 + 75] = 9
    expect(readCode(bytes)).toBe('nothing')
    bytes[2 + 72] = 2
    expect(readCode(bytes)).toBe('invalid-state')
  })

  test('never holds more than five states', () => {
    const [state] = sample.states
    const record = (count: number): SenderKeyRecord => ({
      states: Array.from({ length: count }, (_, chainId) => Object.assign({}, state, { chainId })),
    })
    expect(readSenderKeyRecord(writeSenderKeyRecord(record(5)))).toEqual(record(5))
    expect(readCode(writeSenderKeyRecord(record(6)))).toBe('invalid-state')
  })

  test('never holds more than 2000 skipped seeds', () => {
    const record = (count: number): SenderKeyRecord => ({
      states: [
        {
          chainId: 1,
          iteration: 5000,
          chainKey: filled(1),
          signingKey: filled(2),
          skipped: Array.from({ length: count }, (_, i) => ({ iteration: i, seed: filled(3) })),
        },
      ],
    })
    const bytes = writeSenderKeyRecord(record(2000))
    expect(bytes).toHaveLength(2 + 75 + 2000 * 36)
    expect(readSenderKeyRecord(bytes)).toEqual(record(2000))
    expect(readCode(writeSenderKeyRecord(record(2001)))).toBe('invalid-state')
  })

  test('carries a group on', () => {
    const [sender, reader] = senderAndReader()
    for (const text of ['one', 'two', 'three']) {
      const lost = sender.send('lost')
      sender.record = readSenderKeyRecord(writeSenderKeyRecord(sender.record as SenderKeyRecord))
      reader.record = readSenderKeyRecord(writeSenderKeyRecord(reader.record as SenderKeyRecord))
      expect(reader.read(sender.send(text))).toBe(text)
      if (text === 'two') expect(reader.read(lost)).toBe('lost')
    }
    reader.accept(new TestSender('another').announce())
    reader.record = readSenderKeyRecord(writeSenderKeyRecord(reader.record as SenderKeyRecord))
    expect(reader.record.states).toHaveLength(2)
    expect(reader.read(sender.send('four'))).toBe('four')
  })
})
