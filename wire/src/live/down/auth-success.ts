/**
 * @module `auth_success`. The login succeeded, and everything that waited has been sent.
 */
import { capabilitiesField, countKind, deviceKind } from '#live/parts.ts'
import { extra, field, message } from '#live/schema.ts'

export const authSuccess = message(
  'auth_success',
  'The login succeeded, and everything that waited has been sent.',
  {
    offline_count: field(countKind, 'How many messages had waited.'),
    caps: capabilitiesField,
    device: extra(deviceKind, 'Which device this connection is.'),
  },
)
