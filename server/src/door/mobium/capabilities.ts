/**
 * @module What this relay announces to clients that ask for more than the original protocol (`caps`).
 */
import type { Capability } from '@sotto/wire/live'

export const capabilities: readonly Capability[] = [
  'bin',
  'ack',
  'devices',
  'keys',
  'watch',
  'records',
  'history',
  'x_sig',
]
