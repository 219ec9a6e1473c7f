/**
 * @module Ties docs/protocols/obscura.md to the tests that it names: every behaviour of the reference is proven by a test
 * or left out for a reason, and every test that the page quotes is there.
 */
import { describe, expect, test } from 'vitest'
import { numbersTo, pathsIn, readProtocolPage } from '#door/protocol-page-for-tests.ts'

const page = readProtocolPage('obscura')
const behaviours = page.rowsOf('Behaviours')

describe('docs/protocols/obscura.md', () => {
  test('lists behaviours 1 to 102, each once', () => {
    expect([...behaviours.keys()]).toEqual(numbersTo(102))
  })

  test.each(numbersTo(102))(
    'behaviour %i is proven where the page says, or left out for a reason',
    (number) => {
      const where = behaviours.get(number)?.[2] ?? ''
      const files = pathsIn(where)
      const found = page.provenIn(number)
      if (files.length === 0) {
        expect(where).toMatch(/^later version: \w.+ came with 0\.\d+\.\d+/)
        expect(found).toEqual([])
      }
      expect(files.filter((path) => !found.includes(path))).toEqual([])
    },
  )

  test('lists weaknesses 1 to 30, each closed or kept', () => {
    const weaknesses = page.rowsOf('Weaknesses')
    expect([...weaknesses.keys()]).toEqual(numbersTo(30))
    for (const [number, row] of weaknesses) {
      expect([number, /^(?:closed|kept)\b/.test(row[2] ?? '')]).toEqual([number, true])
    }
  })

  test('quotes only tests that are there', () => {
    expect(page.quoted.length).toBeGreaterThan(30)
    expect(page.quotedInVain).toEqual([])
  })

  test('names only options that are there', () => {
    expect(page.unknownFlags).toEqual([])
  })
})
