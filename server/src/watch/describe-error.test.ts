import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describeError } from '#watch/describe-error.ts'

const messageOf = (text: string): string => describeError(new Error(text)).message

/** What this runtime says of a text that is no JSON. */
function jsonError(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    return error
  }
}

describe('describing an error', () => {
  test('the class and the plain words stay', () => {
    expect(
      describeError(new RangeError('Cannot make slots: 0 is not a whole number above 0')),
    ).toEqual({
      error: 'RangeError',
      message: 'Cannot make slots: 0 is not a whole number above 0',
    })
    expect(messageOf('ECONNREFUSED while asking the storage (ERR_SOCKET_CLOSED)')).toContain(
      'ERR_SOCKET_CLOSED',
    )
  })

  test('what was thrown and is no error gives nothing away', () => {
    expect(describeError('hunter2')).toEqual({ error: 'string', message: '' })
    expect(describeError({ password: 'hunter2' })).toEqual({ error: 'object', message: '' })
    expect(describeError(undefined)).toEqual({ error: 'undefined', message: '' })
  })

  test('pieces of a body that is no JSON do not get into the log', () => {
    const bodies = [
      '{"username":"zqalice","password":"zqhunter"',
      '"zqhunter" zqalice',
      'zqhunter',
      "{'zqalice'}",
      '{"a":"`zqhunter"x"}',
    ]
    for (const body of bodies) {
      const { error, message } = describeError(jsonError(body))
      expect(error).toBe('SyntaxError')
      expect(message).not.toContain('zq')
    }
  })

  test('ids, hashes, tokens and addresses do not get into the log', () => {
    const base64 = fc.uint8Array({ minLength: 32, maxLength: 64 })
    const telling = fc.oneof(
      fc.uuid(),
      fc.ipV4(),
      fc.ipV6().filter((text) => text.split(':').length > 3),
      base64.map((bytes) => Buffer.from(bytes).toString('base64url')),
      base64.map((bytes) => Buffer.from(bytes).toString('hex')),
    )
    const around = fc.constantFrom<(text: string) => string>(
      (text) => `no row for ${text} in table`,
      (text) => `open '/data/${text}' failed`,
      (text) => `id=${text}, at ${text}`,
      (text) => text,
      (text) => `Bearer ${text}: expired`,
    )
    fc.assert(
      fc.property(telling, around, (text, put) => {
        expect(messageOf(put(text))).not.toContain(text)
      }),
    )
  })

  test('it is one short line, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 3000 }), (text) => {
        const message = messageOf(text)
        expect(message.length).toBeLessThanOrEqual(200)
        expect(message).not.toContain('\n')
      }),
    )
  })
})
