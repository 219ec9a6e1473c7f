/**
 * @module Why a connection of the live door ends: what its client is told (RFC 6455 §7.4), and what is counted.
 */
import type { Label } from '#watch/label-values.ts'

export const endings = {
  shutdown: { code: 1001, reason: 'Server shutting down' },
  'not-logged-in': { code: 1008, reason: 'Login timed out' },
  abusive: { code: 1008, reason: 'Too many messages' },
  'store-failed': { code: 1011, reason: 'Storage unavailable' },
  'too-slow': { code: 1013, reason: 'Reads too slowly' },
} as const

export type LiveEnding = keyof typeof endings

export function closedReason(
  ending: LiveEnding | 'silent' | undefined,
  code: number,
): Label<'closed'> {
  switch (ending) {
    case undefined:
      break
    case 'not-logged-in':
    case 'abusive':
      return 'protocol'
    default:
      return ending
  }
  // 1006: the connection went without a close frame. 1002, 1007, 1009: the runtime closed on a breach.
  if (code === 1006) return 'lost'
  return code === 1002 || code === 1007 || code === 1009 ? 'protocol' : 'client'
}
