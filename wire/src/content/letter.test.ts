import { decode, encode } from '@msgpack/msgpack'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { letterFields, readLetter, writeLetter, type Letter } from '#content/letter.ts'
import { maxLetterBodyBytes } from '#content/limits.ts'
import { recordsFor, spoilt } from '#content/values-for-tests.ts'
import { anyMessagePack } from '#messagepack/values-for-tests.ts'

const letter: Letter = {
  sender: new Uint8Array(32).fill(3),
  device: 1,
  kind: 'whisper',
  body: Uint8Array.of(1, 2, 3),
}

describe('a letter', () => {
  test('comes back as it was written', () => {
    fc.assert(
      fc.property(recordsFor(letterFields), (each) => {
        expect(readLetter(writeLetter(each))).toEqual(each)
      }),
    )
  })

  test('is these bytes', () => {
    expect(writeLetter(letter).toHex()).toBe(
      `84a4626f6479c403010203a664657669636501a46b696e64a777686973706572a673656e646572c420${'03'.repeat(32)}`,
    )
  })

  test('is none when an entry is missing, of another kind or out of range', () => {
    const map = decode(writeLetter(letter)) as Readonly<Record<string, unknown>>
    for (const name of Object.keys(letterFields)) {
      expect(readLetter(encode({ ...map, [name]: null }))).toBeUndefined()
      expect(readLetter(encode({ ...map, [name]: 1.5 }))).toBeUndefined()
    }
    const wrong = [
      { device: 0 },
      { device: 128 },
      { kind: 'clear' },
      { sender: new Uint8Array(33) },
      { body: new Uint8Array() },
    ]
    for (const each of wrong) {
      expect(readLetter(encode({ ...map, ...each }))).toBeUndefined()
      expect(() => writeLetter({ ...letter, ...each } as Letter)).toThrow(RangeError)
    }
    const long = new Uint8Array(maxLetterBodyBytes + 1)
    expect(() => writeLetter({ ...letter, body: long })).toThrow(RangeError)
  })

  test('is none when it breaks off or something follows', () => {
    const whole = writeLetter(letter)
    for (const length of whole.keys()) {
      expect(readLetter(whole.subarray(0, length))).toBeUndefined()
    }
    expect(readLetter(Uint8Array.from([...whole, 0]))).toBeUndefined()
  })

  test('that is spoilt, or was none ever, throws nothing', () => {
    const any = fc.oneof(
      anyMessagePack,
      fc.uint8Array({ maxLength: 200 }),
      spoilt(writeLetter(letter)),
    )
    fc.assert(
      fc.property(any, (bytes) => {
        const read = readLetter(bytes)
        if (read !== undefined) expect(readLetter(writeLetter(read))).toEqual(read)
      }),
      { numRuns: 5000 },
    )
  })
})
