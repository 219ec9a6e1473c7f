import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Draft,
  draftLines,
  draftOf,
  emptyDraft,
  erase,
  insert,
  move,
  type Motion,
  moveVertically,
} from '#input/editor.ts'
import { textWidth } from '#screen/width.ts'

/** A draft with its cursor at the bar. */
const at = (text: string): Draft => ({ text: text.replace('|', ''), cursor: text.indexOf('|') })
const shown = ({ text, cursor }: Draft): string => `${text.slice(0, cursor)}|${text.slice(cursor)}`

test('a letter goes in where the cursor is', () => {
  expect(shown(insert(at('ab|c'), 'xy'))).toBe('abxy|c')
})

test.each<[string, Motion, string]>([
  ['ab|c', 'letter-left', 'a|bc'],
  ['👩‍👩‍👧|', 'letter-left', '|👩‍👩‍👧'],
  ['|é!', 'letter-right', 'é|!'],
  ['one two |', 'word-left', 'one |two '],
  ['one| two', 'word-right', 'one two|'],
  ['a\nbc|d', 'line-start', 'a\n|bcd'],
  ['a|b\nc', 'line-end', 'ab|\nc'],
  ['|', 'letter-left', '|'],
  ['|', 'word-right', '|'],
])('from %j by %s to %j', (from, motion, to) => {
  expect(shown(move(at(from), motion))).toBe(to)
})

test('erasing takes away as much as moving would move', () => {
  expect(shown(erase(at('one two|'), 'word-left'))).toBe('one |')
  expect(shown(erase(at('a👍🏽|b'), 'letter-left'))).toBe('a|b')
  expect(shown(erase(at('a|👍🏽b'), 'letter-right'))).toBe('a|b')
  expect(shown(erase(at('x\none two|'), 'line-start'))).toBe('x\n|')
})

describe('as it is shown', () => {
  test('long lines break, and the cursor stands where the next letter will', () => {
    expect(draftLines(draftOf('abcdef'), 4)).toEqual({
      lines: ['abcd', 'ef'],
      cursor: { x: 2, y: 1 },
    })
    expect(draftLines(draftOf('abcd'), 4)).toEqual({ lines: ['abcd', ''], cursor: { x: 0, y: 1 } })
    expect(draftLines(at('abcd|ef'), 4).cursor).toEqual({ x: 0, y: 1 })
    expect(draftLines(at('a|b\nc'), 4)).toEqual({ lines: ['ab', 'c'], cursor: { x: 1, y: 0 } })
    expect(draftLines(emptyDraft, 4)).toEqual({ lines: [''], cursor: { x: 0, y: 0 } })
  })

  test('up and down keep to the column', () => {
    expect(moveVertically(at('abc\nde|f'), 10, -1)?.cursor).toBe(2)
    expect(moveVertically(at('abc|\nd'), 10, 1)?.cursor).toBe(5)
    expect(moveVertically(at('a|b'), 10, -1)).toBeUndefined()
    expect(moveVertically(at('a|b'), 10, 1)).toBeUndefined()
  })

  test('no line is too wide, and the cursor is inside', () => {
    const drafts = fc
      .tuple(fc.string({ unit: 'grapheme' }), fc.nat({ max: 100 }))
      .map(([text, steps]) => {
        let draft: Draft = { text, cursor: 0 }
        for (let step = 0; step < steps; step++) draft = move(draft, 'letter-right')
        return draft
      })
    fc.assert(
      fc.property(drafts, fc.integer({ min: 2, max: 20 }), (draft, columns) => {
        const { lines, cursor } = draftLines(draft, columns)
        for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(columns)
        expect(cursor.y).toBeLessThan(lines.length)
        expect(cursor.x).toBeLessThan(columns)
      }),
    )
  })
})
