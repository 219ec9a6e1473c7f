/**
 * @module Writes events as lines: JSON for machines, text for a person at a terminal. Nothing waits in here: a line that
 * the writer does not take is counted, and the count is written before the next line that it takes.
 *
 * | format | line |
 * |---|---|
 * | json | `{"time":"2026-11-20T12:00:01.123Z","level":"info","event":"relay.ready","milliseconds":42}` |
 * | text | `2026-11-20 12:00:01Z info  Ready  milliseconds=42` |
 */

export type Level = 'debug' | 'info' | 'warn' | 'error'

export type Fields = Readonly<Record<string, string | number | boolean>>

/** Takes one line without its end. False when it could not be taken. */
export type LineWriter = (line: string) => boolean

export interface Log {
  /** Whether lines of this level are written. On a hot path, ask before making the fields. */
  readonly wants: (level: Level) => boolean
  /** `says` is the event in words, for people; `event` its name, for machines. */
  readonly write: (level: Level, event: string, says: string, fields: Fields) => void
}

export interface LogOptions {
  readonly format: 'text' | 'json'
  readonly level: Level | 'off'
  /** Colours the text format, for a terminal. */
  readonly color?: boolean
  readonly now: () => number
  readonly write: LineWriter
}

const ranks: Readonly<Record<Level | 'off', number>> = {
  debug: 0,
  info: 1,
  warn: 2,
  error: 3,
  off: 4,
}

export function createLog(options: LogOptions): Log {
  const least = ranks[options.level]
  const format =
    options.format === 'json' ? jsonLine : options.color === true ? colorLine : textLine
  let lost = 0

  function write(level: Level, event: string, says: string, fields: Fields): void {
    if (ranks[level] < least) return
    const time = new Date(options.now()).toISOString()
    if (lost > 0) {
      const note = format(time, 'warn', 'log.lost', 'Lines of the log were lost', { lines: lost })
      if (!options.write(note)) {
        lost += 1
        return
      }
      lost = 0
    }
    if (!options.write(format(time, level, event, says, fields))) lost += 1
  }

  return { wants: (level) => ranks[level] >= least, write }
}

type Format = (time: string, level: Level, event: string, says: string, fields: Fields) => string

const jsonLine: Format = (time, level, event, _says, fields) =>
  JSON.stringify({ time, level, event, ...fields })

const textLine: Format = (time, level, _event, says, fields) =>
  `${day(time)} ${level.padEnd(5)} ${says}${pairs(fields)}`

const colors: Readonly<Record<Level, string>> = {
  debug: '\u001b[2m',
  info: '\u001b[36m',
  warn: '\u001b[33m',
  error: '\u001b[31m',
}

const colorLine: Format = (time, level, _event, says, fields) =>
  `\u001b[2m${day(time)}\u001b[0m ${colors[level]}${level.padEnd(5)}\u001b[0m ${says}\u001b[2m${pairs(fields)}\u001b[0m`

function day(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 19)}Z`
}

function pairs(fields: Fields): string {
  let text = ''
  for (const [name, value] of Object.entries(fields)) {
    text += `${text === '' ? '  ' : ' '}${name}=${typeof value === 'string' ? quoted(value) : value}`
  }
  return text
}

/** One word stays as it is; everything else is quoted, so that a value cannot start a line or move a cursor. */
function quoted(value: string): string {
  if (/^[\w./:@%+,[\]-]+$/.test(value)) return value
  return JSON.stringify(value).replaceAll(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
