import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { variablesOf } from '#options/option.ts'
import { refusal, rows } from '#options/parsing-for-tests.ts'
import { parseOptions } from '#options.ts'

describe('secrets put in the wrong place', () => {
  test('no message repeats a secret, wherever on the command line it went', () => {
    const long = fc.stringMatching(/^[a-z0-9 -]{8,40}$/).map((text) => `zq${text}`)
    const place = fc.constantFrom<(text: string) => string[]>(
      (text) => ['--jwt-secrt', text],
      (text) => [`--jwt-secrt=${text}`],
      (text) => ['--jwt-secret', 'short', text],
      (text) => ['--jwt-secret', `--${text}`],
      (text) => ['--storage-secret-key', `--${text}`],
      (text) => ['--admin-token', `--${text}`],
      (text) => ['--ice-turn-secrte', text],
      (text) => ['--tls-verified', text],
      (text) => [text],
      (text) => ['--database-url', `postgres://u:${text}@h/d`],
      (text) => ['--storage-endpoint', `http://u:${text}@h`],
    )
    fc.assert(
      fc.property(long, place, (text, put) => {
        const message = refusal(put(text))
        expect(message).toContain('Cannot use')
        expect(message).not.toContain(text)
      }),
    )
  })
})

describe('mistakes', () => {
  test('all of them are told at once', () => {
    const lines = refusal(['--prot', '1', '--max-sockets', 'many', '--host'], {
      SOTTO_TTL_DAYS: '0',
    }).split('\n')
    expect(lines).toEqual([
      'Cannot use --prot: there is no such option. The nearest is --port',
      'Cannot use --host: it needs a value',
      'Cannot use --max-sockets "many": must be a whole number from 0 to 10000000, 0 for no limit',
      'Cannot use SOTTO_TTL_DAYS "0": must be a whole number of days from 1 to 3650',
      'See --help for all options',
    ])
  })

  test('an unknown flag gets the nearest, if one is near', () => {
    expect(refusal(['--trusted-proxy', 'x'])).toContain('The nearest is --trusted-proxies')
    expect(refusal(['--versoin'])).toContain('The nearest is --version')
    expect(refusal(['--banana=1'])).toBe(
      'Cannot use --banana: there is no such option\nSee --help for all options',
    )
  })

  test('an option is given once, under one name', () => {
    expect(refusal(['--port', '1', '--port', '2'])).toContain(
      'Cannot use --port: it is given twice',
    )
    expect(refusal(['--port', '1', '--server-port', '2'])).toContain(
      'Cannot use --server-port: --port says the same thing',
    )
  })

  test('control characters do not reach the terminal', () => {
    expect(refusal(['--\u001b[2Jx', '1'])).not.toContain('\u001b')
    expect(refusal(['--port', '\u001b[2J\u009b'])).not.toMatch(/[^ -~\n]/)
  })

  test('any command line and environment get an answer', () => {
    const word = fc.oneof(fc.string(), fc.constantFrom(...rows.flatMap((row) => row.flags)))
    const name = fc.constantFrom(...rows.flatMap((row) => variablesOf(row)))
    fc.assert(
      fc.property(fc.array(word), fc.dictionary(name, fc.string()), (argv, env) => {
        expect(['run', 'help', 'version', 'refused']).toContain(parseOptions(argv, env).kind)
      }),
    )
  })
})
