/**
 * @module How much an answer may hold that is made of many stored things, so that a client needs no more memory for a
 * page than for one large message, and its socket no larger queue.
 */
import type { WrittenForm } from '@sotto/wire/live'

const maxAnswerBytes = 4 * 1024 * 1024
/** For a thousand rows: names of fields, keys, numbers. */
const overheadBytes = 256 * 1024

/** How many stored bytes fit. As integers most bytes take two. */
export function maxBodyBytes(form: WrittenForm): number {
  const room = maxAnswerBytes - overheadBytes
  return form === 'bin' ? room : room / 2
}
