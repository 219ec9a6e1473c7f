import { describe, expect, test } from 'vitest'
import { parseOptions } from '#bench/options.ts'

describe('the command line', () => {
  test('without arguments runs everything but the long one', () => {
    const parsed = parseOptions([])
    expect(parsed).toMatchObject({
      kind: 'run',
      options: {
        workloads: [
          ...['W1', 'W2', 'W3', 'W4', 'W5', 'W6', 'voice', 'logins', 'live-idle'],
          ...['oblivious', 'sealed'],
        ],
        seconds: 4,
        mailboxes: 1000,
      },
    })
  })

  test('takes workloads in any case, and options', () => {
    expect(parseOptions(['w4', 'QUEUED', '--scale', '10x20', '--runtime', 'node'])).toMatchObject({
      options: { workloads: ['W4', 'queued'], mailboxes: 10, perMailbox: 20, runtime: 'node' },
    })
  })

  test('explains itself', () => {
    expect(parseOptions(['--help', 'W1'])).toEqual({ kind: 'help' })
  })

  test.each([
    [['W9'], 'workloads are W1'],
    [['--seconds', '0'], 'a whole number from 1 to 600'],
    [['--seconds', '1.5'], 'a whole number'],
    [['--scale', '10'], '1000x100'],
    [['--runtime', 'deno'], 'bun and node'],
    [['--speed', '9'], '--speed'],
  ])('refuses %j', (argv, reason) => {
    const parsed = parseOptions(argv)
    expect(parsed.kind).toBe('refused')
    expect(parsed).toMatchObject({ reason: expect.stringContaining(reason) })
  })
})
