/**
 * @module `get_access_token`. Asks for a token for the HTTP routes.
 */
import { message } from '#live/schema.ts'

export const getAccessToken = message(
  'get_access_token',
  'Asks for a token for the HTTP routes.',
  {},
  'ours',
)
