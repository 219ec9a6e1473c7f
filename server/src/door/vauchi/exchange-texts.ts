/**
 * @module What the three steps of an exchange have in common: what a code and a payload are, and what is said about them.
 */
import { failed, failedForNow, rateLimited, type ActionReply } from '#door/vauchi/reply.ts'

/** ASCII digits, and nothing behind them. */
export function isCode(text: string): boolean {
  return /^[0-9]{6}$/.test(text)
}

/** In UTF-8. */
const maxPayloadBytes = 65_536

export function isTooLarge(payload: string): boolean {
  return Buffer.byteLength(payload) > maxPayloadBytes
}

export const notACode = failed(400, 'code must be exactly 6 digits')
export const tooLarge = failed(400, 'payload too large')

type Failure =
  | { readonly kind: 'unknown' | 'already-claimed' | 'not-claimed' | 'full' }
  | { readonly kind: 'guarded'; readonly waitMillis: number }

export function exchangeFailure(failure: Failure): ActionReply {
  switch (failure.kind) {
    case 'unknown':
      return failed(400, 'invalid or expired code')
    case 'already-claimed':
      return failed(400, 'already claimed')
    case 'not-claimed':
      return failed(400, 'not yet claimed')
    case 'full':
      return failedForNow(503, 'no room for this response, try again later')
    case 'guarded':
      return rateLimited(failure.waitMillis)
  }
}
