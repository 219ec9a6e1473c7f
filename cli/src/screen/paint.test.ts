import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFrame, type Frame, frameText, put, putRight } from '#screen/frame.ts'
import type { Ink } from '#screen/ink.ts'
import { FakeScreen } from '#screen/fake-screen.ts'
import { paint } from '#screen/paint.ts'

const whole = (frame: Frame): { x: number; y: number; width: number; height: number } => ({
  x: 0,
  y: 0,
  width: frame.columns,
  height: frame.rows.length,
})

function frameOf(columns: number, rows: number, lines: readonly (readonly [string, Ink])[]): Frame {
  const frame = createFrame(columns, rows)
  lines.forEach(([text, ink], y) => put(frame, whole(frame), y, [{ text, ink }]))
  return frame
}

test('a frame is painted, and then only what changes', () => {
  const screen = new FakeScreen(20, 3)
  const first = frameOf(20, 3, [
    ['Maren', 'strong'],
    ['hello', 'plain'],
  ])
  screen.write(paint(undefined, first, true))
  expect(screen.text()).toBe('Maren\nhello\n')
  const second = frameOf(20, 3, [
    ['Maren', 'strong'],
    ['hallo', 'plain'],
  ])
  const change = paint(first, second, true)
  expect(change).toContain('\u001b[2;2Ha')
  expect(change).not.toContain('M')
  screen.write(change)
  expect(screen.text()).toBe('Maren\nhallo\n')
  expect(paint(second, second, true)).toBe('')
})

test('without colour there are weights and no colours', () => {
  const frame = frameOf(20, 1, [['new', 'sealStrong']])
  expect(paint(undefined, frame, true)).toContain('\u001b[0;1;31m')
  expect(paint(undefined, frame, false)).toContain('\u001b[0;1m')
  expect(paint(undefined, frame, false)).not.toContain('31')
})

test('the cursor is where the frame has it, or hidden', () => {
  const frame = createFrame(10, 2)
  expect(paint(undefined, frame, true)).not.toContain('\u001b[?25h')
  frame.cursor = { x: 3, y: 1 }
  expect(paint(undefined, frame, true)).toContain('\u001b[2;4H\u001b[?25h')
})

test('what is put into a box stays in it', () => {
  const frame = createFrame(10, 3)
  const box = { x: 2, y: 1, width: 5, height: 1 }
  put(frame, box, 0, [{ text: 'a longer text', ink: 'plain' }])
  put(frame, box, 1, [{ text: 'below', ink: 'plain' }])
  put(frame, box, -1, [{ text: 'above', ink: 'plain' }])
  expect(frameText(frame)).toBe('\n  a lon\n')
  putRight(frame, box, 0, [{ text: '日', ink: 'plain' }])
  expect(frameText(frame)).toBe('\n  a l日\n')
})

test('over half of a wide letter the other half goes', () => {
  const frame = createFrame(8, 1)
  put(frame, whole(frame), 0, [{ text: '日本語', ink: 'plain' }])
  put(frame, whole(frame), 0, [{ text: 'x', ink: 'plain' }], 1)
  expect(frameText(frame)).toBe(' x本語')
  put(frame, whole(frame), 0, [{ text: 'y', ink: 'plain' }], 2)
  expect(frameText(frame)).toBe(' xy 語')
})

const content = fc.array(
  fc.tuple(
    fc.string({
      unit: fc.oneof(
        fc.constantFrom('日', '👍', 'e\u0301', '\u001b', '\u009b', '\u202e'),
        fc.string({ minLength: 1, maxLength: 1 }),
      ),
    }),
    fc.constantFrom<Ink>('plain', 'strong', 'seal', 'faint'),
  ),
  { maxLength: 4 },
)

test('whatever the texts are, the screen shows the last frame and obeys nothing else', () => {
  fc.assert(
    fc.property(content, content, (first, second) => {
      const screen = new FakeScreen(12, 4)
      const before = frameOf(12, 4, first)
      const after = frameOf(12, 4, second)
      screen.write(paint(undefined, before, true))
      expect(screen.text()).toBe(frameText(before))
      screen.write(paint(before, after, true))
      expect(screen.text()).toBe(frameText(after))
    }),
    { numRuns: 300 },
  )
})

test('what a terminal that counts parts paints over is painted again', () => {
  const texts = fc.array(fc.constantFrom('👍🏽', '👩‍👩‍👧', '❤️', '1️⃣', 'a', 'b', ' ', '日'), {
    maxLength: 8,
  })
  fc.assert(
    fc.property(texts, texts, (first, second) => {
      const screen = new FakeScreen(24, 1, 'parts')
      const before = frameOf(24, 1, [[first.join(''), 'plain']])
      const after = frameOf(24, 1, [[second.join(''), 'plain']])
      screen.write(paint(undefined, before, true))
      screen.write(paint(before, after, true))
      const row = after.rows[0] ?? []
      const shown = screen.row(0)
      row.forEach(({ letter }, x) => {
        if (letter !== '' && letter !== ' ') expect(shown[x]).toBe(letter)
        else expect(shown[x]).toMatch(/^ ?$/)
      })
    }),
    { numRuns: 500 },
  )
})
