/**
 * @module `ice_config`. Servers that help calls through firewalls.
 */
import { list, text } from '#live/kinds.ts'
import { countKind } from '#live/parts.ts'
import { field, message, optional, record } from '#live/schema.ts'

export const iceConfig = message(
  'ice_config',
  'Servers that help calls through firewalls.',
  {
    ice_servers: field(
      list(
        record({
          urls: field(list(text(1024), 16), 'Where.'),
          username: optional(text(256), 'For TURN.'),
          credential: optional(text(256), 'For TURN.'),
          ttl: optional(countKind, 'How many seconds the credential lasts.'),
        }),
        16,
      ),
      'May be empty.',
    ),
  },
  'mobium-later',
)
