/**
 * @module Writes events of the catalogue to the log. What goes wrong goes wrong often: each event of level warn or
 * error has an allowance, so that a full disk is not filled further by the lines that say so.
 */
import { eventCatalog, type EventCatalog, type EventName } from '#watch/event-catalog.ts'
import type { Fields, Log } from '#watch/log.ts'

/** Exactly the fields that the catalogue lists. */
export type EventFields<N extends EventName> = {
  readonly [F in keyof EventCatalog[N]['fields']]: string | number | boolean
}

export type Emit = <N extends EventName>(name: N, fields: EventFields<N>) => void

const windowMillis = 10_000
const linesPerWindow = 20

/** The field that an event carries when lines of it were left out before. */
export const leftOutField = 'leftOut'

export function createEmit(log: Log, now: () => number): Emit {
  const allowances = new Map<
    EventName,
    { startedAtMillis: number; lines: number; leftOut: number }
  >()

  return (name, fields) => {
    const { level, says } = eventCatalog[name]
    if (!log.wants(level)) return
    if (level === 'debug' || level === 'info') return log.write(level, name, says, fields)
    let allowance = allowances.get(name)
    if (allowance === undefined || now() - allowance.startedAtMillis >= windowMillis) {
      const leftOut = allowance?.leftOut ?? 0
      allowance = { startedAtMillis: now(), lines: 0, leftOut }
      allowances.set(name, allowance)
    }
    if (allowance.lines >= linesPerWindow) {
      allowance.leftOut += 1
      return
    }
    allowance.lines += 1
    const more: Fields = allowance.leftOut > 0 ? { [leftOutField]: allowance.leftOut } : {}
    allowance.leftOut = 0
    log.write(level, name, says, { ...fields, ...more })
  }
}
