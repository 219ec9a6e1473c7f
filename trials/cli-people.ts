/**
 * @module People at the command line: each with a folder and a passphrase file of their own.
 */
import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Runtime, runtimePath } from '#relay-process.ts'

const entry = fileURLToPath(new URL('../cli/src/main.ts', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

export interface CliPerson {
  readonly environment: Readonly<Record<string, string>>
  /** To be typed into a shell. */
  readonly command: string
  /** Runs it without a terminal. */
  run(parameters: readonly string[], input?: string): Promise<Ended>
}

export async function cliPerson(
  directory: string,
  name: string,
  relay: URL,
  runtime: Runtime,
): Promise<CliPerson> {
  const home = join(directory, name)
  await mkdir(home, { mode: 0o700 })
  const passphrase = join(directory, `${name}-passphrase`)
  await writeFile(passphrase, `the passphrase of ${name}\n`, { mode: 0o600 })
  const environment = {
    SOTTO_HOME: join(home, 'profiles'),
    SOTTO_PASSPHRASE_FILE: passphrase,
    TZ: 'UTC',
  }
  const command = `${runtimePath(runtime)} ${entry}`
  const person: CliPerson = {
    environment,
    command,
    run: (parameters, input = '') =>
      ended(runtimePath(runtime), [entry, ...parameters], environment, input),
  }
  const begun = await person.run(['init', '--name', name, '--relay', relay.origin, '--no-quiz'])
  if (begun.code !== 0) throw new Error(`Cannot begin: ${begun.errors}`)
  return person
}

function ended(
  program: string,
  parameters: readonly string[],
  environment: Readonly<Record<string, string>>,
  input: string,
): Promise<Ended> {
  const child = spawn(program, parameters, {
    env: { ...process.env, ...environment },
    stdio: 'pipe',
    // Without a terminal of its own nobody can be asked.
    detached: true,
  })
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (output += piece))
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (errors += piece))
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output, errors }))
  })
}
