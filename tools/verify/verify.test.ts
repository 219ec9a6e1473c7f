import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { readText } from '../repository.ts'
import { runCommand } from './run-command.ts'
import { steps, type Step } from './steps.ts'
import { emptyTally, type Tally } from './tally.ts'
import { settle, verify } from './verify.ts'

const shell = (command: string): readonly string[] => ['sh', '-c', command]

function step(name: string, command: string, counted: Tally): Step {
  return { name, command: () => shell(command), limitSeconds: 20, count: () => counted }
}

const unhurried = new AbortController().signal

async function run(
  chosen: readonly Step[],
  bail = false,
  signal = unhurried,
): Promise<{ readonly lines: readonly string[]; readonly total: Tally }> {
  const lines: string[] = []
  const total = await verify(chosen, (text) => lines.push(text), { bail, signal })
  return { lines, total }
}

describe('verify', () => {
  const one = { ...emptyTally, passed: 1 }

  test('gives a step that passes one line, and ends with the counts', async () => {
    const { lines, total } = await run([step('a', 'echo noise', one), step('b', 'true', one)])
    expect(lines).toHaveLength(3)
    expect(lines[0]).toMatch(/^ok {6}a +\d+\.\d s {2}1 passed, 0 failed$/)
    expect(lines[2]).toBe('2 passed, 0 failed')
    expect(total).toEqual({ ...emptyTally, passed: 2 })
  })

  test('names what failed, shows all that the step said, and goes on', async () => {
    const bad = { ...emptyTally, passed: 4, failed: 1, failures: ['x.test.ts > breaks'] }
    const { lines } = await run([
      step('a', 'echo one; echo two >&2; exit 1', bad),
      step('b', 'true', one),
    ])
    expect(lines[0]).toMatch(/^FAILED {2}a .* 4 passed, 1 failed$/)
    expect(lines[1]).toBe('FAILED: x.test.ts > breaks')
    expect(lines[2]).toContain('one')
    expect(lines[2]).toContain('two')
    expect(lines.at(-2)).toBe('FAILED: x.test.ts > breaks')
    expect(lines.at(-1)).toBe('5 passed, 1 failed')
  })

  test('stops at the first that fails when it is asked to', async () => {
    const bad = { ...emptyTally, failed: 1 }
    const { lines } = await run([step('a', 'exit 1', bad), step('b', 'true', one)], true)
    expect(lines.at(-1)).toBe('0 passed, 1 failed')
  })

  test('ends what runs and starts nothing more when it is interrupted', async () => {
    const interrupted = new AbortController()
    const slow: Step = {
      name: 'a',
      command: () => shell('sleep 60'),
      limitSeconds: 60,
      count: () => emptyTally,
    }
    setTimeout(() => interrupted.abort(), 100)
    const { lines } = await run([slow, step('b', 'true', one)], false, interrupted.signal)
    expect(lines[1]).toBe('Ended: interrupted')
    expect(lines.at(-1)).toBe('0 passed, 1 failed')
  })

  test('names what was skipped before the counts', async () => {
    const partly = {
      ...emptyTally,
      passed: 1,
      skipped: 2,
      skippedGroups: ['Redis (it is not there)'],
    }
    const { lines } = await run([step('a', 'true', partly), step('b', 'true', partly)])
    expect(lines.slice(-2)).toEqual([
      'SKIPPED: Redis (it is not there)',
      '2 passed, 0 failed, 4 skipped',
    ])
  })

  test('skips a step that this machine cannot run, by name', async () => {
    const absent: Step = { ...step('a', 'exit 1', one), missing: () => 'a (b is not there)' }
    const { lines } = await run([absent, step('b', 'true', one)])
    expect(lines[0]).toMatch(/^skipped a/)
    expect(lines.slice(-2)).toEqual([
      'SKIPPED: a (b is not there)',
      '1 passed, 0 failed, 1 skipped',
    ])
  })

  test('hands a step the path of its report and gives it the content', async () => {
    const seen: (string | undefined)[] = []
    const writing: Step = {
      name: 'a',
      command: (report) => shell(`printf counted > '${report}'`),
      limitSeconds: 20,
      count: (_, report) => {
        seen.push(report)
        return one
      },
    }
    const silent: Step = { ...writing, command: () => shell('true') }
    await run([writing, silent])
    expect(seen).toEqual(['counted', undefined])
  })
})

describe('what became of a step', () => {
  const finished = { exitCode: 0, output: '', millis: 1 }
  const passed = { ...emptyTally, passed: 3 }

  test('is what was counted where program and count agree', () => {
    expect(settle(finished, () => passed)).toEqual(passed)
  })

  test('is a failure when the program failed, though no test did', () => {
    expect(settle({ ...finished, exitCode: 1 }, () => passed)).toEqual({ ...passed, failed: 1 })
    expect(settle({ ...finished, exitCode: undefined }, () => passed).failed).toBe(1)
  })

  test('is a failure when nothing ran, or the report cannot be read', () => {
    expect(settle(finished, () => emptyTally).failed).toBe(1)
    expect(settle(finished, () => JSON.parse('{')).failed).toBe(1)
  })
})

describe('a program', () => {
  test('is ended with everything that it started when it takes too long', async () => {
    const { exitCode, output, millis } = await runCommand(
      shell('sleep 60 & echo $!; wait'),
      1,
      unhurried,
    )
    expect(exitCode).toBeUndefined()
    expect(output).toContain('it took longer than 1 seconds')
    expect(millis).toBeLessThan(10_000)
    const child = Number(output.split('\n')[0])
    let isThere = true
    for (let i = 0; i < 50 && isThere; i++) {
      await sleep(20)
      isThere = isRunning(child)
    }
    expect(isThere).toBe(false)
  })

  test('that cannot be started has no exit code and says why', async () => {
    const { exitCode, output } = await runCommand(['no-such-program-of-ours'], 5, unhurried)
    expect(exitCode).toBeUndefined()
    expect(output).toContain('no-such-program-of-ours')
  })

  test('of the house is found first', async () => {
    const { output } = await runCommand(shell('command -v vitest'), 5, unhurried)
    expect(output).toContain('node_modules/.bin/vitest')
  })
})

test('every step has a name of its own and runs a script that is there', () => {
  const names = steps.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  const { scripts } = JSON.parse(readText('package.json'))
  for (const { command } of steps) {
    const [npm, run, silent, script = ''] = command('report')
    if (npm === 'npm')
      expect([run, silent, typeof scripts[script]]).toEqual(['run', '--silent', 'string'])
  }
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // A zombie that nobody has waited for yet is not running.
    return !/\) Z /.test(readStat(pid))
  } catch {
    return false
  }
}

function readStat(pid: number): string {
  return process.platform === 'linux' ? readFileSync(`/proc/${pid}/stat`, 'utf8') : ''
}
