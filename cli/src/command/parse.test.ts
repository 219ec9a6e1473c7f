import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from '#command/parse.ts'

const refusal = (...argv: readonly string[]): string => {
  const parsed = parse(argv)
  return parsed.kind === 'refused' ? parsed.text : `not refused, but ${parsed.kind}`
}

const line = (...argv: readonly string[]): unknown => {
  const parsed = parse(argv)
  return parsed.kind === 'run' ? parsed.line : parsed
}

describe('a command line', () => {
  test('may have one word for two', () => {
    const long = line('--profile', 'attach', 'file', 'send', 'Maren', 'lease.pdf', 'attach')
    expect(line('--profile', 'attach', 'attach', 'Maren', 'lease.pdf', 'attach')).toEqual(long)
    expect(line('export', '--help')).toEqual({ kind: 'help', about: 'backup create' })
    expect(line('help', 'attach')).toEqual({ kind: 'help', about: 'file send' })
  })

  test('names a command, its arguments and its flags, in any order', () => {
    const expected = {
      name: 'send',
      args: { to: 'Maren', text: 'See you at six' },
      flags: expect.objectContaining({ noWait: true, timeout: 10_000, profile: 'work' }),
    }
    expect(
      line(
        'send',
        'Maren',
        'See',
        'you',
        'at six',
        '--no-wait',
        '--timeout=10s',
        '--profile',
        'work',
      ),
    ).toEqual(expected)
    expect(
      line('--profile', 'work', '--timeout', '10s', 'send', '--no-wait', 'Maren', 'See you at six'),
    ).toEqual(expected)
  })

  test('has the defaults of the table where nothing is said', () => {
    expect(line('invite')).toMatchObject({
      flags: { expires: 7 * 86_400_000, noWait: false, as: undefined, home: undefined },
    })
  })

  test('means the longer of two names', () => {
    expect(line('invite', 'list')).toMatchObject({ name: 'invite list' })
    expect(line('contacts', 'show', 'list')).toMatchObject({
      name: 'contacts show',
      args: { contact: 'list' },
    })
  })

  test('takes what follows two dashes as words, whatever they look like', () => {
    expect(line('send', 'Maren', '--', '--no-wait', '-x')).toMatchObject({
      args: { text: '--no-wait -x' },
      flags: { noWait: false },
    })
  })

  test('leaves the flags of another program to that program', () => {
    expect(
      line('--home', 'here', 'bot', 'node', 'echo.js', '--home', 'there', '--help'),
    ).toMatchObject({
      name: 'bot',
      args: { command: ['node', 'echo.js', '--home', 'there', '--help'] },
      flags: { home: 'here' },
    })
  })

  test('takes a text that begins with a dash and a space, and a lone dash, as words', () => {
    expect(line('send', 'Maren', '- milk')).toMatchObject({ args: { text: '- milk' } })
    expect(line('send', 'Maren', '-')).toMatchObject({ args: { text: '-' } })
  })

  test('finds a text that is also the name of a command where it stands', () => {
    expect(line('send', 'send', 'send')).toMatchObject({ args: { to: 'send', text: 'send' } })
    expect(line('--profile', 'send', 'send', 'Ann', 'hi')).toMatchObject({
      flags: { profile: 'send' },
      args: { to: 'Ann', text: 'hi' },
    })
  })

  test('keeps an empty argument', () => {
    expect(line('profile', 'rename', '')).toMatchObject({ args: { name: '' } })
  })
})

describe('help is asked for', () => {
  test.each([
    [[], undefined],
    [['help'], undefined],
    [['--help'], undefined],
    [['send', '--help'], 'send'],
    [['-h', 'send'], 'send'],
    [['help', 'contacts', 'show'], 'contacts show'],
    [['contacts'], 'contacts'],
    [['help', 'contacts'], 'contacts'],
    [['profile', '--help'], 'profile'],
    [['invite', '--help'], 'invite'],
    [['bot', '--help'], 'bot'],
  ])('by %j', (argv, about) => {
    expect(parse(argv)).toEqual({ kind: 'help', about })
  })

  test('and the version too', () => {
    expect(parse(['--version'])).toEqual({ kind: 'version' })
    expect(parse(['-V'])).toEqual({ kind: 'version' })
  })
})

describe('a wrong line is refused with what to do', () => {
  test('an unknown command', () => {
    expect(refusal('sned', 'Maren')).toBe('There is no command "sned".\nDid you mean: sotto send')
    expect(refusal('contacts', 'shwo', 'Ann')).toBe(
      'There is no command "contacts shwo".\nDid you mean: sotto contacts show',
    )
    expect(refusal('frobnicate')).toBe('There is no command "frobnicate".\nSee: sotto help')
    expect(refusal('help', 'sned')).toContain('Did you mean: sotto send')
  })

  test('an unknown flag', () => {
    expect(refusal('invite', '--no-wiat')).toBe(
      'sotto invite has no --no-wiat.\nDid you mean: --no-wait',
    )
  })

  test('a flag without its value, and a switch with one', () => {
    expect(refusal('invite', '--as')).toBe(
      '--as needs a value: --as NICKNAME.\nSee: sotto help invite',
    )
    expect(refusal('invite', '--no-wait=yes')).toBe(
      '--no-wait takes no value.\nSee: sotto help invite',
    )
  })

  test('a value of another kind', () => {
    expect(refusal('invite', '--expires', 'soon')).toMatch(/^--expires must be a number and s, m/)
    expect(refusal('invite', '--expires', '31d')).toMatch(/not above 30 days/)
    expect(refusal('search', 'x', '--limit', '0')).toMatch(/^--limit must be a whole number from 1/)
    expect(refusal('profile', 'set', '--typing', 'maybe')).toMatch(/^--typing must be on or off/)
  })

  test('a missing argument, one too many, and one of a few words', () => {
    expect(refusal('verify')).toMatch(/^sotto verify needs CONTACT: /)
    expect(refusal('verify', 'Ann', 'Ben')).toMatch(/does not take "Ben"\. Put texts with spaces/)
    expect(refusal('completion', 'tcsh')).toMatch(/^SHELL must be bash or zsh or fish/)
  })

  test('and no escape sequence of it reaches the terminal', () => {
    expect(refusal('\u001b[2Jx')).not.toContain('\u001b')
    expect(refusal('invite', '--\u001b[2J')).not.toContain('\u001b')
  })
})

test('any words at all are understood or refused', () => {
  const words = fc.array(
    fc.oneof(
      fc.constantFrom(
        'send',
        'contacts',
        'show',
        'bot',
        '--',
        '--json',
        '--profile',
        '--limit=3',
        '',
      ),
      fc.string(),
    ),
    { maxLength: 8 },
  )
  fc.assert(
    fc.property(words, (argv) => {
      expect(['run', 'help', 'version', 'refused']).toContain(parse(argv).kind)
    }),
  )
})
