import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const program = fileURLToPath(new URL('./main.ts', import.meta.url))

/** Runs the relay on this test's own runtime until it says it is ready, or until it ends. */
async function run(
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ output: string; errors: string; exitCode: number | null }> {
  const child = spawn(process.execPath, [program, ...parameters], {
    env: { PATH: process.env['PATH'], ...environment },
  })
  let output = ''
  let errors = ''
  let isStopping = false
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    if (isStopping || !output.includes('Ready')) return
    // Once: a second signal ends the relay at once.
    isStopping = true
    child.kill('SIGTERM')
  })
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { output, errors, exitCode }
}

test('starts without configuration, stops on SIGTERM with 0, and keeps its files to their owner', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-main-'))
  // A folder that was there before, open to everybody.
  chmodSync(folder, 0o755)
  try {
    const parameters = ['--data-dir', folder, '--port', '0', '--mgmt-port', '0']
    const { output, errors, exitCode } = await run(parameters)
    expect(errors).toBe('')
    expect(exitCode).toBe(0)
    for (const said of ['Starting', 'Listening', 'Ready', 'Stopping', 'Stopped']) {
      expect(output).toContain(said)
    }
    for (const name of readdirSync(folder)) {
      expect(`${name} ${(statSync(join(folder, name)).mode & 0o077).toString(8)}`).toBe(`${name} 0`)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('ends with 2 and a sentence when it cannot be run like this, and changes nothing', async () => {
  const misspelt = await run(['--prot', '1'])
  expect(misspelt).toMatchObject({ output: '', exitCode: 2 })
  expect(misspelt.errors).toContain('--port')
  const open = await run(['--host', '0.0.0.0'])
  expect(open).toMatchObject({ output: '', exitCode: 2 })
  expect(open.errors).toContain('without TLS')
})

test('ends with 1 and a sentence when something in its way is not the options', async () => {
  const { errors, exitCode } = await run(['--data-dir', '/dev/null/here'])
  expect(exitCode).toBe(1)
  expect(errors.trim().split('\n')).toHaveLength(1)
})

test('prints help and version to standard output and ends with 0', async () => {
  expect(await run(['--help'])).toMatchObject({ errors: '', exitCode: 0 })
  const { output } = await run(['--version'])
  expect(output).toMatch(/^sotto-relay \d+\.\d+\.\d+\n$/)
})
