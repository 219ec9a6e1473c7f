/**
 * @module `get_prekey_count`. Asks how many one-time keys of the caller are left.
 */
import { message } from '#live/schema.ts'

export const getPrekeyCount = message(
  'get_prekey_count',
  'Asks how many one-time keys of the caller are left.',
  {},
)
