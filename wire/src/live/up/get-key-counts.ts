/**
 * @module `get_key_counts`. Asks how many one-time keys of this device are left.
 */
import { message } from '#live/schema.ts'

export const getKeyCounts = message(
  'get_key_counts',
  'Asks how many one-time keys of this device are left.',
  {},
  'ours',
)
