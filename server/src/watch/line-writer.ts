/**
 * @module A line writer over a stream, with a bound: when its reader stalls, lines are refused instead of piling up.
 */
import type { Writable } from 'node:stream'
import type { LineWriter } from '#watch/log.ts'

const defaultMaxPendingChars = 1024 * 1024

/** Refuses lines while more than `maxPendingChars` wait to be taken by the stream, or once the stream broke. */
export function lineWriter(stream: Writable, maxPendingChars = defaultMaxPendingChars): LineWriter {
  let pending = 0
  let broken = false
  // Whoever reads our output may go away (a closed pipe). That is no reason to stop relaying.
  stream.on('error', () => {
    broken = true
  })
  return (line) => {
    const size = line.length + 1
    if (broken || pending + size > maxPendingChars) return false
    pending += size
    stream.write(`${line}\n`, () => {
      pending -= size
    })
    return true
  }
}
