/**
 * @module `devices_stored`. The list of devices is published.
 */
import { message } from '#live/schema.ts'

export const devicesStored = message(
  'devices_stored',
  'The list of devices is published.',
  {},
  'ours',
)
