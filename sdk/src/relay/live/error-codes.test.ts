import fc from 'fast-check'
import { expect, test } from 'vitest'
import { errorCodes } from '#errors.ts'
import { errorOf } from '#relay/live/error-codes.ts'

const error = { type: 'error', code: 400, message: 'words of the relay' } as const

test.each([
  ['rate-limited', 'relay-busy'],
  ['unavailable', 'relay-busy'],
  ['too-large', 'message-too-long'],
  ['not-a-member', 'not-a-member'],
  ['banned', 'not-allowed'],
  ['invite-refused', 'not-allowed'],
  ['unknown-channel', 'not-found'],
  ['malformed', 'relay-refused'],
])('%s is %s', (code_str, code) => {
  const refused = errorOf({ ...error, code_str })
  expect(refused.code).toBe(code)
  expect(refused.retryAfterMillis).toBe(code === 'relay-busy' ? 2000 : undefined)
})

test('whatever a relay writes is a known code, and none of its words are repeated', () => {
  const codes = fc.oneof(fc.string(), fc.constantFrom('toString', '__proto__', undefined))
  fc.assert(
    fc.property(codes, (code_str) => {
      const refused = errorOf({ ...error, code_str })
      expect(Object.hasOwn(errorCodes, refused.code)).toBe(true)
      expect(refused.message).not.toContain('words of the relay')
    }),
  )
  expect(errorOf(error).code).toBe('relay-refused')
})
