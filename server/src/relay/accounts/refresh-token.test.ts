import { expect, test } from 'vitest'
import { createHash, randomBytes } from 'node:crypto'
import { drawRefreshToken, hashRefreshToken } from '#relay/accounts/refresh-token.ts'

test('a refresh token is 32 random bytes in 43 characters', () => {
  const asked: number[] = []
  const bytes = randomBytes(32)
  const token = drawRefreshToken({
    bytes: (length) => {
      asked.push(length)
      return bytes
    },
  })
  expect(asked).toEqual([32])
  expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(Buffer.compare(Buffer.from(token, 'base64url'), bytes)).toBe(0)
})

test('what is stored is the SHA-256 of its text', () => {
  const expected = createHash('sha256').update('abc').digest()
  expect(Buffer.compare(hashRefreshToken('abc'), expected)).toBe(0)
  for (const text of ['', 'ä', '\0', '\ud800', 'x'.repeat(100_000)]) {
    expect(hashRefreshToken(text)).toHaveLength(32)
  }
})
