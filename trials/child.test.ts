import { describe, expect, test } from 'vitest'
import { Child } from '#child.ts'

const start = async (script: string, onLine?: (line: string) => void): Promise<Child> =>
  await Child.start({
    command: process.execPath,
    arguments: ['-e', script],
    wantsInput: true,
    ...(onLine === undefined ? {} : { onLine }),
  })

describe('a child', () => {
  test('hands out whole lines, and keeps the end of its errors', async () => {
    const lines: string[] = []
    const script = `process.stdout.write('one\\ntw'); setTimeout(() => {
      process.stdout.write('o\\n'); console.error('e'.repeat(70000) + 'end')
    }, 50)`
    await using child = await start(script, (line) => lines.push(line))
    expect(await child.stopped()).toEqual({ code: 0, signal: null })
    expect(lines).toEqual(['one', 'two'])
    expect(child.output().length).toBe(64 * 1024)
    expect(child.output().trimEnd().endsWith('end')).toBe(true)
    expect(child.isRunning).toBe(false)
  })

  test('reads what it is told', async () => {
    const { promise, resolve } = Promise.withResolvers<string>()
    await using child = await start('process.stdin.pipe(process.stdout)', resolve)
    child.writeLine('hello')
    expect(await promise).toBe('hello')
  })

  test('tells what it used', async () => {
    const { promise, resolve } = Promise.withResolvers<string>()
    // Measured by its own clock of work: a busy machine may give it less than it asks for.
    const burn = `while (process.cpuUsage().user < 200_000);
      console.log('burnt'); setInterval(() => {}, 1000)`
    await using child = await start(burn, resolve)
    await promise
    const usage = child.usage()
    expect(usage.cpuSeconds).toBeGreaterThan(0.1)
    expect(usage.cpuSeconds).toBeLessThan(30)
    expect(usage.rssBytes).toBeGreaterThan(1_000_000)
    expect(usage.writtenBytes).toBeGreaterThanOrEqual(0)
  })

  test('is ended by a signal, twice without harm, and by being disposed', async () => {
    const child = await start('setInterval(() => {}, 1000)')
    const { pid } = child
    expect(await child.stop('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' })
    expect(await child.stop('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' })
    await child[Symbol.asyncDispose]()
    expect(() => process.kill(pid, 0)).toThrow()
  })

  test('that does not exist is an error', async () => {
    await expect(Child.start({ command: '/nonexistent/program', arguments: [] })).rejects.toThrow(
      'ENOENT',
    )
  })
})
