/**
 * @module Whether a request brings an operator's token, as `Authorization: Bearer`. Digests are compared, which are equally
 * long, so that not even the token's length shows in how long it takes.
 */
import { createHash, timingSafeEqual } from 'node:crypto'

export type BearerCheck = (authorization: string | null) => boolean

export function bearerCheck(token: string): BearerCheck {
  const expected = digest(`Bearer ${token}`, 'utf8')
  return (authorization) => timingSafeEqual(digest(authorization ?? '', 'latin1'), expected)
}

/** Of the bytes that were meant: those of a header arrive as one character each. */
function digest(text: string, encoding: 'utf8' | 'latin1'): Buffer {
  return createHash('sha256').update(text, encoding).digest()
}
