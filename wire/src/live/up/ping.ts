/**
 * @module `ping`. Asks for a `pong`.
 */
import { message } from '#live/schema.ts'

export const ping = message('ping', 'Asks for a `pong`.', {})
