import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createDecoder, decode, flush } from '#input/decode.ts'
import { type Key, nameOfKey } from '#input/key.ts'

/** Keys by their names, and texts as they are, of bytes that come in these pieces. */
function read(pieces: readonly (string | Uint8Array)[]): readonly Key[] {
  let decoder = createDecoder()
  const keys: Key[] = []
  for (const piece of pieces) {
    const bytes = typeof piece === 'string' ? new TextEncoder().encode(piece) : piece
    const decoded = decode(decoder, bytes)
    decoder = decoded.decoder
    keys.push(...decoded.keys)
  }
  keys.push(...flush(decoder).keys)
  return joined(keys)
}

/** Where a text was cut says nothing. */
function joined(keys: readonly Key[]): readonly Key[] {
  const whole: Key[] = []
  for (const key of keys) {
    const last = whole.at(-1)
    if (key.kind === 'text' && last?.kind === 'text') {
      whole[whole.length - 1] = { kind: 'text', text: last.text + key.text }
    } else whole.push(key)
  }
  return whole
}

const said = (...pieces: readonly string[]): readonly string[] =>
  read(pieces).map((key) => nameOfKey(key) ?? ('text' in key ? `"${key.text}"` : ''))

test.each([
  ['\r', 'enter'],
  ['\n', 'ctrl+j'],
  ['\u001b\r', 'alt+enter'],
  ['\u001b[13;5u', 'ctrl+enter'],
  ['\u001b[27;3;13~', 'alt+enter'],
  ['\t', 'tab'],
  ['\u001b[Z', 'shift+tab'],
  ['\u007f', 'backspace'],
  ['\b', 'backspace'],
  ['\u001b\u007f', 'alt+backspace'],
  ['\u001b[A', 'up'],
  ['\u001bOB', 'down'],
  ['\u001b[1;3A', 'alt+up'],
  ['\u001b[1;5C', 'ctrl+right'],
  ['\u001b[5~', 'page-up'],
  ['\u001b[6;2~', 'shift+page-down'],
  ['\u001b[H', 'home'],
  ['\u001b[4~', 'end'],
  ['\u001b[3~', 'delete'],
  ['\u000b', 'ctrl+k'],
  ['\u0003', 'ctrl+c'],
  ['\u001bb', 'alt+b'],
  ['\u001b[107;5u', 'ctrl+k'],
  ['\u001b', 'escape'],
  ['\u001b[', 'alt+['],
  ['日', '"日"'],
  ['👍🏽', '"👍🏽"'],
])('%j is %s', (bytes, name) => {
  expect(said(bytes)).toEqual([name])
})

describe('a paste', () => {
  test('is one text, and nothing in it is a key', () => {
    expect(said('a\u001b[200~x\r\ny\u0003\u001b[Az\u001b[201~\r')).toEqual([
      '"a"',
      '"x\ny\u0003\u001b[Az"',
      'enter',
    ])
  })

  test('that never ends is cut off, and holds no more than it may', () => {
    let decoder = createDecoder()
    decoder = decode(decoder, new TextEncoder().encode('\u001b[200~')).decoder
    const piece = new TextEncoder().encode('x'.repeat(300_000))
    for (let round = 0; round < 5; round++) decoder = decode(decoder, piece).decoder
    expect(decoder.pasted?.length).toBe(1_000_000)
    expect(decoder.pending.length).toBeLessThan(10)
  })
})

test('what nobody here understands is left out, and what follows is read', () => {
  expect(said('\u001b[99;99xa')).toEqual(['"a"'])
  expect(said('\u001b[?1;2ca')).toEqual(['"a"'])
  expect(said('\u001b[I\u001b[Ob')).toEqual(['"b"'])
  expect(said('\u001bOQa')).toEqual(['"a"'])
  expect(said('\u0000a')).toEqual(['"a"'])
  expect(said(`\u001b[${'1;'.repeat(100)}a`).length).toBeGreaterThan(0)
})

test('escape and then an arrow are two keys', () => {
  expect(said('\u001b\u001b[A')).toEqual(['escape', 'up'])
  expect(said('\u001b\u0003')).toEqual(['escape', 'ctrl+c'])
})

const tokens = fc.array(
  fc.oneof(
    fc.constantFrom(
      ...['\u001b[A', '\u001b[1;5D', '\u001bOH', '\u001b\r', '\r', '\n', '\u001b[5~', '\u0010'],
      ...[
        '\u001b[200~pasted\ntext \u001b[B\u001b[201~',
        '\u001b[27;5;9~',
        'é',
        '日本',
        '👩‍👩‍👧',
        'abc',
      ],
    ),
    fc.string({ minLength: 1, maxLength: 3 }),
  ),
  { maxLength: 12 },
)

test('wherever the bytes are cut, the keys are the same', () => {
  fc.assert(
    fc.property(tokens, fc.array(fc.nat({ max: 200 }), { maxLength: 8 }), (texts, places) => {
      const bytes = new TextEncoder().encode(texts.join(''))
      const cuts = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort(
        (a, b) => a - b,
      )
      const pieces = cuts.slice(1).map((cut, i) => bytes.subarray(cuts[i], cut))
      expect(read(pieces)).toEqual(read([bytes]))
    }),
    { numRuns: 1000 },
  )
})

test('any bytes at all give keys, and leave little behind', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 }), (pieces) => {
      let decoder = createDecoder()
      for (const piece of pieces) decoder = decode(decoder, piece).decoder
      expect(decoder.pending.length).toBeLessThan(80)
    }),
    { numRuns: 500 },
  )
})
