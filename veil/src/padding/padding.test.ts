import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bufferOf, countingRandom, truncationsOf, withEachBitFlipped } from '#hostile-for-tests.ts'
import { isStep, stepFor } from '#padding/ladder.ts'
import {
  envelopeLadder,
  maxSealedContentBytes,
  messageLadder,
  messageStepIndex,
  padEnvelope,
  pageLadder,
  padMessageBlock,
  padSealedBlock,
  sealedStep,
  unpadEnvelope,
  unpadEnvelopeOfAnySize,
  unpadMessageBlock,
  unpadSealedBlock,
} from '#padding/padded-block.ts'

const zeros = (length: number): Uint8Array => new Uint8Array(length)
const random = countingRandom()

describe('a ladder', () => {
  test('has every step on itself, and each size on the next one', () => {
    for (const ladder of [envelopeLadder, messageLadder]) {
      for (const step of ladder.steps) {
        expect(stepFor(ladder, step)).toBe(step)
        expect(isStep(ladder, step)).toBe(true)
        expect(isStep(ladder, step - 1)).toBe(false)
      }
      expect(stepFor(ladder, 0)).toBe(ladder.steps[0])
      expect(isStep(ladder, 0)).toBe(false)
    }
  })

  test('goes on above its last step if it is told to, and otherwise ends there', () => {
    expect(stepFor(envelopeLadder, 4097)).toBe(4352)
    expect(stepFor(messageLadder, 4_194_305)).toBeUndefined()
    expect(isStep(messageLadder, 4_194_305)).toBe(false)
  })

  test('gives a step that is large enough, and the smallest of those', () => {
    fc.assert(
      fc.property(fc.nat(20_000), (bytes) => {
        const step = stepFor(envelopeLadder, bytes) ?? 0
        expect(step).toBeGreaterThanOrEqual(bytes)
        for (let less = bytes; less < step; less++) expect(isStep(envelopeLadder, less)).toBe(false)
      }),
      { numRuns: 50 },
    )
  })
})

describe('an envelope', () => {
  test.each([
    [0, 256],
    [252, 256],
    [253, 512],
    [508, 512],
    [509, 1024],
    [1020, 1024],
    [1021, 4096],
    [4092, 4096],
    [4093, 4352],
    [5000, 5120],
    [5116, 5120],
    [5117, 5376],
  ])('of %i bytes is padded to %i', (length, total) => {
    expect(padEnvelope(random, zeros(length))).toHaveLength(total)
  })

  test('comes back as it was', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 6_000 }), (content) => {
        const block = padEnvelope(random, content)
        expect(unpadEnvelope(block)).toEqual(content)
        expect(unpadEnvelopeOfAnySize(block)).toEqual(content)
      }),
    )
  })

  test('is its length, itself and then what the randomness gave', () => {
    const ones = (length: number): Uint8Array => new Uint8Array(length).fill(1)
    const block = padEnvelope(ones, Uint8Array.of(7, 8))
    expect(block.subarray(0, 8).toHex()).toBe('0000000207080101')
    expect(block.subarray(6)).toEqual(ones(250))
  })

  test('that is cut is none, and of another size only where any will do', () => {
    const block = padEnvelope(random, zeros(300))
    for (const cut of truncationsOf(block)) {
      expect(unpadEnvelope(cut)).toEqual(undefined)
      expect(unpadEnvelopeOfAnySize(cut)?.length).toBe(cut.length >= 304 ? 300 : undefined)
    }
  })

  test('never gives more than is there, whatever bit was changed', () => {
    const block = padEnvelope(random, zeros(100))
    for (const broken of withEachBitFlipped(block)) {
      expect(unpadEnvelope(broken)?.length ?? 0).toBeLessThanOrEqual(252)
    }
    const greedy = Uint8Array.from(block).fill(0xff, 0, 4)
    expect(unpadEnvelope(greedy)).toBeUndefined()
  })

  test('has other sizes on another ladder, which may have an end', () => {
    for (const [length, total] of [
      [0, 4_096],
      [4_092, 4_096],
      [4_093, 32_768],
      [98_300, 98_304],
    ] as const) {
      const block = padEnvelope(zeros, zeros(length), pageLadder)
      expect(block).toHaveLength(total)
      expect(unpadEnvelope(block, pageLadder)).toHaveLength(length)
    }
    expect(unpadEnvelope(padEnvelope(zeros, zeros(1)), pageLadder)).toBeUndefined()
    expect(() => padEnvelope(zeros, zeros(98_301), pageLadder)).toThrow(RangeError)
  })

  test('comes out as a copy', () => {
    const block = bufferOf(padEnvelope(random, Uint8Array.of(5)))
    const content = unpadEnvelope(block)
    block.fill(0)
    expect(content).toEqual(Uint8Array.of(5))
  })

  test('may lie in the middle of other bytes', () => {
    const around = zeros(300)
    around.set(padEnvelope(random, Uint8Array.of(5)), 9)
    expect(unpadEnvelope(around.subarray(9, 265))).toEqual(Uint8Array.of(5))
  })
})

describe('a message', () => {
  test.each([
    [0, 512, 0],
    [488, 512, 0],
    [489, 1024, 1],
    [1000, 1024, 1],
    [1001, 2048, 2],
    [524_264, 524_288, 10],
    [4_194_280, 4_194_304, 13],
  ])('of %i bytes takes %i when it is encrypted, step %i', (length, total, index) => {
    const block = padMessageBlock(zeros, zeros(length))
    expect(block).toHaveLength(total - 16)
    expect(messageStepIndex(length)).toBe(index)
    expect(unpadMessageBlock(block)).toHaveLength(length)
  })

  test('has 14 sizes', () => {
    expect(messageLadder.steps).toHaveLength(14)
    expect([messageLadder.steps[0], messageLadder.steps[13]]).toEqual([512, 4_194_304])
  })

  test('comes back as it was, with anything in the reserved bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3_000 }), fc.nat(255), (content, reserved) => {
        const block = padMessageBlock(random, content)
        expect(block.subarray(4, 8)).toEqual(zeros(4))
        block.fill(reserved, 4, 8)
        expect(unpadMessageBlock(block)).toEqual(content)
      }),
    )
  })

  test('that does not fit is not made', () => {
    expect(() => padMessageBlock(zeros, zeros(4_194_281))).toThrow(RangeError)
    expect(messageStepIndex(4_194_281)).toBeUndefined()
  })

  test('that is cut, or claims more than is there, is none', () => {
    const block = padMessageBlock(random, zeros(100))
    for (const cut of truncationsOf(block)) expect(unpadMessageBlock(cut)).toBeUndefined()
    const view = new DataView(block.buffer)
    view.setUint32(0, 488)
    expect(unpadMessageBlock(block)).toHaveLength(488)
    view.setUint32(0, 489)
    expect(unpadMessageBlock(block)).toBeUndefined()
  })
})

describe('a sealed block', () => {
  test.each([
    [0, 512],
    [460, 512],
    [461, 1024],
    [972, 1024],
    [973, 2048],
    [4_194_252, 4_194_304],
  ])('of %i bytes takes %i with what the seal adds', (length, total) => {
    const block = padSealedBlock(zeros(length))
    expect(block).toHaveLength(total - 48)
    expect(sealedStep(length)).toBe(total)
    expect(unpadSealedBlock(block)).toHaveLength(length)
  })

  test('comes back as it was, and is its length, itself and zeros', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3_000 }), (content) => {
        const block = padSealedBlock(content)
        expect(unpadSealedBlock(block)).toEqual(content)
        expect(block.subarray(4, 4 + content.length)).toEqual(content)
        expect(block.subarray(4 + content.length).every((byte) => byte === 0)).toBe(true)
      }),
    )
  })

  test('that does not fit is not made', () => {
    expect(maxSealedContentBytes).toBe(4_194_252)
    expect(() => padSealedBlock(zeros(4_194_253))).toThrow(RangeError)
    expect(sealedStep(4_194_253)).toBeUndefined()
  })

  test('that is cut, or claims more than is there, is none', () => {
    const block = padSealedBlock(zeros(100))
    for (const cut of truncationsOf(block)) expect(unpadSealedBlock(cut)).toBeUndefined()
    const view = new DataView(block.buffer)
    view.setUint32(0, 460)
    expect(unpadSealedBlock(block)).toHaveLength(460)
    view.setUint32(0, 461)
    expect(unpadSealedBlock(block)).toBeUndefined()
  })
})

test('padding is not made of randomness that is too short', () => {
  const short = (length: number): Uint8Array => zeros(length - 1)
  expect(() => padEnvelope(short, zeros(1))).toThrow(RangeError)
  expect(() => padMessageBlock(short, zeros(1))).toThrow(RangeError)
})
