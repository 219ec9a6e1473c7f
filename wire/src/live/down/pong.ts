/**
 * @module `pong`. The answer to `ping`.
 */
import { message } from '#live/schema.ts'

export const pong = message('pong', 'The answer to `ping`.', {})
