import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { toYaml, type Plain } from '#door/yaml.ts'

const versions = ['1.1', '1.2'] as const

function readings(text: string): unknown[] {
  return versions.map((version) => parse(text, { version }) as unknown)
}

describe('toYaml', () => {
  test('writes what a person would', () => {
    const value = {
      openapi: '3.1.0',
      title: 'A relay',
      empty: {},
      none: [],
      skipped: undefined,
      list: [{ name: 'a', in: 'path' }, 'two words', [1, 2], []],
      deep: { deeper: { number: -1.5, yes: true, nothing: null } },
    }
    expect(toYaml(value)).toBe(`openapi: 3.1.0
title: A relay
empty: {}
none: []
list:
  - name: a
    in: path
  - two words
  - - 1
    - 2
  - []
deep:
  deeper:
    number: -1.5
    "yes": true
    nothing: null
`)
  })

  const traps = [
    ...['', ' ', 'true', 'False', 'null', 'NULL', '~', 'yes', 'No', 'on', 'OFF', 'y', 'N', 'nan'],
    ...[
      '1',
      '-1',
      '1.0',
      '1e3',
      '0x1f',
      '0o17',
      '017',
      '1_000',
      '.inf',
      '.5',
      '12:30:45',
      '2026-11-20',
    ],
    ...[
      'a: b',
      'a:',
      ':a',
      'a #b',
      '#a',
      '- a',
      '-',
      '? a',
      '[a]',
      '{a}',
      '&a',
      '*a',
      '!a',
      '|',
      '>',
      '%a',
    ],
    ...[
      '@a',
      '`a',
      "'a'",
      '"a"',
      "it's",
      'a\\b',
      'a, b',
      '---',
      '...',
      '<<',
      '=',
      'a ',
      ' a',
      'a\tb',
      '\t',
    ],
    ...[
      'a\nb',
      '\n',
      'a\r\nb',
      '\u0000',
      '\u0007',
      '\u007f',
      '\u0085',
      '\u00a0',
      '\u2028',
      '\u2029',
    ],
    ...[
      '\ufeff',
      '\uffff',
      '\ud800',
      '\u{1f510}',
      '\u00fc',
      '__proto__',
      'constructor',
      '/v1/{id}',
      '$ref',
    ],
  ]
  test.each(traps)('keeps the string %j a string, as value and as name', (trap) => {
    const value = { value: trap, list: [trap], ...Object.fromEntries([[trap, 1]]) }
    for (const reading of readings(toYaml(value))) expect(reading).toEqual(value)
  })

  test('is read back as it was, whatever the data', () => {
    const name = fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom(...traps))
    const { plain } = fc.letrec<{ plain: Plain }>((tie) => ({
      plain: fc.oneof(
        { maxDepth: 4 },
        fc.constant(null),
        fc.boolean(),
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.string({ unit: 'binary', maxLength: 40 }),
        name,
        fc.array(tie('plain'), { maxLength: 4 }),
        fc.dictionary(name, tie('plain'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }))
    fc.assert(
      fc.property(plain, (value) => {
        const text = toYaml(value)
        for (const reading of readings(text)) expect(reading).toEqual(value)
        expect(toYaml(value)).toBe(text)
      }),
      { numRuns: 500 },
    )
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %d', (value) => {
    expect(() => toYaml({ value })).toThrow(RangeError)
  })
})
