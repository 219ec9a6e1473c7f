import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { Ledger } from '#crash/ledger.ts'
import { type Letter, readLetter, writeLetter } from '#crash/letters.ts'
import { createChance } from '#crash/random.ts'

const arrival = (letter: Letter, envelopeId: string, wasSettled = false) => ({
  recipient: letter.recipient,
  envelopeId,
  content: writeLetter(letter),
  wasSettled,
})

describe('a ledger without faults', () => {
  test('holds letters that were answered, arrived in order, and came again', () => {
    const ledger = new Ledger()
    const letters = [0, 1, 2].map(() => {
      const letter = ledger.write(1, 2)
      ledger.acknowledge(letter)
      return letter
    })
    const unanswered = ledger.write(1, 2)
    letters.forEach((letter, i) => ledger.arrive(arrival(letter, `id ${i}`)))
    letters.slice(1).forEach((letter, i) => ledger.arrive(arrival(letter, `id ${i + 1}`)))
    expect(ledger.missing()).toBe(0)
    ledger.arrive(arrival(unanswered, 'id 3'))
    ledger.close()
    expect(ledger.faults).toEqual([])
    expect(ledger.acknowledged()).toBe(3)
    expect(ledger.arrivals).toBe(6)
    expect(ledger.repeats).toBe(2)
  })

  test('does not miss what was never answered', () => {
    const ledger = new Ledger()
    ledger.write(1, 2)
    ledger.close()
    expect(ledger.faults).toEqual([])
  })
})

describe('a ledger finds', () => {
  const written = (count: number) => {
    const ledger = new Ledger()
    const letters = Array.from({ length: count }, () => {
      const letter = ledger.write(1, 2)
      ledger.acknowledge(letter)
      return letter
    })
    return {
      ledger,
      letter: (i: number): Letter => letters[i] ?? { sender: 0, recipient: 0, number: 0 },
    }
  }

  test('a letter that was lost', () => {
    const { ledger, letter } = written(2)
    ledger.arrive(arrival(letter(0), 'a'))
    expect(ledger.missing()).toBe(1)
    ledger.close()
    expect(ledger.faults).toEqual([
      'LOST: letter 1 of sender 1 to recipient 2 was answered and never came',
    ])
  })

  test('a letter stored twice', () => {
    const { ledger, letter } = written(1)
    ledger.arrive(arrival(letter(0), 'a'))
    ledger.arrive(arrival(letter(0), 'b'))
    expect(ledger.faults.join()).toContain('came with two ids')
  })

  test('an id used twice', () => {
    const { ledger, letter } = written(2)
    ledger.arrive(arrival(letter(0), 'a'))
    ledger.arrive(arrival(letter(1), 'a'))
    expect(ledger.faults.join()).toContain('has the id of letter 0')
  })

  test('letters out of order', () => {
    const { ledger, letter } = written(2)
    ledger.arrive(arrival(letter(1), 'b'))
    ledger.arrive(arrival(letter(0), 'a'))
    expect(ledger.faults.join()).toContain('came when number 0 was next')
  })

  test('a letter that nobody wrote, and one for somebody else', () => {
    const { ledger, letter } = written(1)
    ledger.arrive(arrival({ sender: 1, recipient: 2, number: 9 }, 'x'))
    ledger.arrive({ ...arrival(letter(0), 'a'), recipient: 3 })
    expect(ledger.faults.join()).toContain('letter 9 of sender 1 to recipient 2 was never written')
    expect(ledger.faults.join()).toContain('came to recipient 3')
  })

  test('a damaged letter', () => {
    const { ledger, letter } = written(1)
    const content = writeLetter(letter(0))
    content[11] = (content[11] ?? 0) ^ 1
    ledger.arrive({ ...arrival(letter(0), 'a'), content })
    expect(ledger.faults.join()).toContain('damaged')
  })

  test('a letter that came again although its acknowledgement was on disk', () => {
    const { ledger, letter } = written(1)
    ledger.arrive(arrival(letter(0), 'a'))
    ledger.arrive(arrival(letter(0), 'a', true))
    expect(ledger.faults.join()).toContain('long after it was acknowledged')
  })

  test('a one-time key that was served twice, or made up', () => {
    const ledger = new Ledger()
    ledger.uploadKey('k')
    ledger.serveKey('k')
    ledger.serveKey(undefined)
    expect(ledger.faults).toEqual([])
    ledger.serveKey('k')
    ledger.serveKey('z')
    expect(ledger.faults).toEqual([
      'A one-time key was served 2 times',
      'A one-time key was served that nobody uploaded',
    ])
    expect([ledger.keysServed, ledger.bundlesWithout]).toEqual([2, 1])
  })
})

test('letters are read back, and only whole', () => {
  const small = fc.integer({ min: 0, max: 63 })
  fc.assert(
    fc.property(small, small, fc.integer({ min: 0, max: 100_000 }), (sender, recipient, number) => {
      const bytes = writeLetter({ sender, recipient, number })
      expect(readLetter(bytes)).toEqual({ sender, recipient, number })
      expect(readLetter(bytes.subarray(1))).toBeUndefined()
      expect(readLetter(bytes.subarray(0, -1))).toBeUndefined()
    }),
  )
})

test('the same seed gives the same chance', () => {
  const draw = (seed: number): number[] => {
    const chance = createChance(seed)
    return Array.from({ length: 20 }, () => chance.integer(0, 1000))
  }
  expect(draw(7)).toEqual(draw(7))
  expect(draw(7)).not.toEqual(draw(8))
  expect(draw(7).every((value) => value >= 0 && value <= 1000)).toBe(true)
})
