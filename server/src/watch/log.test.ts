import { spawn } from 'node:child_process'
import process from 'node:process'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eventCatalog } from '#watch/event-catalog.ts'
import { lineWriter } from '#watch/line-writer.ts'
import { createLog, type LogOptions } from '#watch/log.ts'

const at = Date.UTC(2026, 10, 20, 12, 0, 1, 123)

function logging(options: Partial<LogOptions> = {}) {
  const lines: string[] = []
  const log = createLog({
    format: 'text',
    level: 'debug',
    now: () => at,
    write: (line) => lines.push(line) > 0,
    ...options,
  })
  return { log, lines }
}

/** Any UTF-16 code units, the first 256 more often. */
const anyText = fc
  .array(fc.oneof(fc.integer({ max: 0xff, min: 0 }), fc.integer({ max: 0xffff, min: 0 })), {
    maxLength: 30,
  })
  .map((units) => String.fromCharCode(...units))

describe('log', () => {
  test('a line for machines', () => {
    const { log, lines } = logging({ format: 'json' })
    log.write('info', 'relay.ready', 'Ready', { milliseconds: 42 })
    expect(lines).toEqual([
      '{"time":"2026-11-20T12:00:01.123Z","level":"info","event":"relay.ready","milliseconds":42}',
    ])
  })

  test('a line for people', () => {
    const { log, lines } = logging()
    log.write('info', 'relay.ready', 'Ready', { milliseconds: 42, well: true, what: 'two words' })
    log.write('error', 'x', 'Something failed', {})
    expect(lines).toEqual([
      '2026-11-20 12:00:01Z info  Ready  milliseconds=42 well=true what="two words"',
      '2026-11-20 12:00:01Z error Something failed',
    ])
  })

  test('colours only where they were asked for', () => {
    const { log, lines } = logging({ color: true })
    log.write('warn', 'x', 'Hm', { a: 1 })
    // oxlint-disable-next-line no-control-regex
    expect(lines[0]?.replaceAll(/\u001b\[\d+m/g, '')).toBe('2026-11-20 12:00:01Z warn  Hm  a=1')
    expect(lines[0]).toContain('\u001b[33mwarn')
  })

  test('lines below the level are not written, and off writes none', () => {
    const levels = ['debug', 'info', 'warn', 'error'] as const
    for (const [i, level] of [...levels, 'off' as const].entries()) {
      const { log, lines } = logging({ level })
      for (const each of levels) log.write(each, 'x', each, {})
      expect(lines).toHaveLength(4 - i)
      expect(levels.filter((each) => log.wants(each))).toEqual(levels.slice(i))
    }
  })

  test('no value starts a line, moves a cursor or leaves its field', () => {
    fc.assert(
      fc.property(anyText, (value) => {
        const { log, lines } = logging()
        log.write('info', 'x', 'X', { value })
        const shown = lines[0]?.split('value=')[1] ?? ''
        // oxlint-disable-next-line no-control-regex
        expect(shown).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/)
        expect(shown.startsWith('"') ? JSON.parse(shown) : shown).toBe(value)
        expect(shown.startsWith('"') || !shown.includes(' ')).toBe(true)
      }),
    )
  })

  test('what is written as JSON is read as it was', () => {
    fc.assert(
      fc.property(anyText, (value) => {
        const { log, lines } = logging({ format: 'json' })
        log.write('info', 'x', 'X', { value })
        expect(lines[0]).not.toContain('\n')
        expect(JSON.parse(lines[0] ?? '')).toMatchObject({ event: 'x', value })
      }),
    )
  })

  test('lines that the writer does not take are counted, and the count is told with the next', () => {
    let isOpen = true
    const lines: string[] = []
    const write = (line: string): boolean => isOpen && lines.push(line) > 0
    const { log } = logging({ format: 'json', write })
    log.write('info', 'first', '', {})
    isOpen = false
    for (let i = 0; i < 3; i++) log.write('info', 'lost', '', {})
    isOpen = true
    log.write('info', 'second', '', {})
    log.write('info', 'third', '', {})
    const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(events.map((event) => event['event'])).toEqual(['first', 'log.lost', 'second', 'third'])
    expect(events[1]).toMatchObject({ level: eventCatalog['log.lost'].level, lines: 3 })
    expect(Object.keys(eventCatalog['log.lost'].fields)).toEqual(['lines'])
  })
})

describe('line writer', () => {
  /** A stream whose reader takes nothing until it is told to. */
  function stalled() {
    const taken: string[] = []
    let go: (() => void) | undefined
    const stream = new Writable({
      decodeStrings: false,
      write: (chunk: string, _encoding, done) => {
        taken.push(chunk)
        go = done
      },
    })
    return { stream, taken, next: () => go?.() }
  }

  test('writes lines with their ends', () => {
    const { stream, taken } = stalled()
    expect(lineWriter(stream)('a line')).toBe(true)
    expect(taken).toEqual(['a line\n'])
  })

  test('refuses lines while too much waits, and takes them again afterwards', async () => {
    const { stream, taken, next } = stalled()
    const write = lineWriter(stream, 100)
    const outcomes = Array.from({ length: 20 }, () => write('nine char'))
    expect(outcomes.filter(Boolean)).toHaveLength(10)
    expect(stream.writableLength).toBeLessThanOrEqual(100)
    while (taken.length < 10) {
      next()
      await new Promise((resolve) => setImmediate(resolve))
    }
    next()
    await new Promise((resolve) => setImmediate(resolve))
    expect(write('again')).toBe(true)
  })

  test('a stream that broke takes nothing more, and breaks nothing else', async () => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) })
    const write = lineWriter(stream)
    expect(write('a')).toBe(true)
    await new Promise((resolve) => setImmediate(resolve))
    expect(write('b')).toBe(false)
  })

  /** Runs the program beside this test; what it says of its lines, and the lines that came. */
  async function runWriter(reader: 'stalls' | 'leaves') {
    const program = fileURLToPath(new URL('stalled-reader-for-tests.ts', import.meta.url))
    const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'pipe'] })
    const exit = new Promise<number | null>((resolve) => child.once('close', resolve))
    if (reader === 'leaves') child.stdout.destroy()
    // Not until it ends: it cannot end while its output is not read.
    const report = await new Promise<Buffer>((resolve) => child.stderr.once('data', resolve))
    const said = JSON.parse(report.toString()) as { taken: number; refused: number }
    const lines = reader === 'leaves' ? [] : (await text(child.stdout)).split('\n')
    return { said, lines, exit: await exit }
  }

  test('a process whose output nobody reads loses lines and nothing else', async () => {
    const { said, lines, exit } = await runWriter('stalls')
    expect(exit).toBe(0)
    expect(said.taken + said.refused).toBe(200_000)
    expect(said.refused).toBeGreaterThan(100_000)
    expect(lines).toHaveLength(said.taken + 1)
    expect(new Set(lines)).toEqual(new Set(['x'.repeat(99), '']))
  })

  test('a process whose reader went away goes on', async () => {
    const { said, exit } = await runWriter('leaves')
    expect(exit).toBe(0)
    expect(said.refused).toBeGreaterThan(100_000)
  })
})
