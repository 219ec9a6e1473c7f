/**
 * @module Ties docs/protocols/mobium.md to the tests that it names: every behaviour of the reference is proven by a test
 * or is not the relay's, and every test that the page quotes is there.
 */
import { describe, expect, test } from 'vitest'
import { numbersTo, pathsIn, readProtocolPage } from '#door/protocol-page-for-tests.ts'

const page = readProtocolPage('mobium')
const behaviours = page.rowsOf('Behaviours')
const whereOf = (number: number) => behaviours.get(number)?.[2] ?? ''

describe('docs/protocols/mobium.md', () => {
  test('lists behaviours 1 to 92, each once', () => {
    expect([...behaviours.keys()]).toEqual(numbersTo(92))
  })

  test.each(numbersTo(92))('behaviour %i is proven where the page says', (number) => {
    const files = pathsIn(whereOf(number))
    const found = page.provenIn(number)
    if (files.length === 0) {
      expect(whereOf(number)).toMatch(/^(?:the client’s|the client's): \w/)
      expect(found).toEqual([])
    }
    expect(files.filter((path) => !found.includes(path))).toEqual([])
  })

  test('every behaviour that is proven to a running relay says so', () => {
    const isContract = (path: string) => path.startsWith('door/mobium/contract/')
    const left = numbersTo(92).filter(
      (number) =>
        page.provenIn(number).some(isContract) && !pathsIn(whereOf(number)).some(isContract),
    )
    expect(left).toEqual([])
  })

  test('lists weaknesses 1 to 30, each closed or kept', () => {
    const weaknesses = page.rowsOf('Weaknesses')
    expect([...weaknesses.keys()]).toEqual(numbersTo(30))
    for (const [number, row] of weaknesses) {
      expect([number, /^(?:closed|kept)\b/.test(row[2] ?? '')]).toEqual([number, true])
    }
  })

  test('quotes only tests that are there', () => {
    expect(page.quoted.length).toBeGreaterThan(15)
    expect(page.quotedInVain).toEqual([])
  })

  test('names only options that are there', () => {
    expect(page.unknownFlags).toEqual([])
  })
})
