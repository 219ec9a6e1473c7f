/**
 * @module `access_token`. A token for the HTTP routes.
 */
import { text } from '#live/kinds.ts'
import { secondsKind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const accessToken = message(
  'access_token',
  'A token for the HTTP routes.',
  {
    token: field(text(2048), 'To be sent as `Authorization: Bearer`.'),
    expires_at: field(secondsKind, 'Until when, in seconds since 1970.'),
  },
  'ours',
)
