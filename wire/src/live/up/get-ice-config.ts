/**
 * @module `get_ice_config`. Asks for the servers that help calls through firewalls.
 */
import { message } from '#live/schema.ts'

export const getIceConfig = message(
  'get_ice_config',
  'Asks for the servers that help calls through firewalls.',
  {},
  'mobium-later',
)
