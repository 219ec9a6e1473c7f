/**
 * @module Runs a program of the house to its end, or ends it when it takes too long, with everything that it started.
 */
import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { root } from '../repository.ts'

export interface Finished {
  /** Undefined when the program could not be started, was ended by a signal, or took too long. */
  readonly exitCode: number | undefined
  /** Both streams, as they came. */
  readonly output: string
  readonly millis: number
}

/** How long a program may take to leave when it is asked to. */
const graceMillis = 5000

export async function runCommand(
  [program = '', ...parameters]: readonly string[],
  limitSeconds: number,
  signal: AbortSignal,
): Promise<Finished> {
  const startedAt = performance.now()
  const chunks: Buffer[] = []
  const { promise, resolve } = Promise.withResolvers<number | undefined>()
  const child = spawn(program, parameters, {
    cwd: root,
    // A group of its own, so that what it started can be ended with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      // What is shown is read in files as well.
      NO_COLOR: '1',
      FORCE_COLOR: undefined,
      PATH: [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
    },
  })
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.once('error', (error) => {
    chunks.push(Buffer.from(`${error.message}\n`))
    resolve(undefined)
  })
  child.once('close', (code) => resolve(code ?? undefined))

  let forced: NodeJS.Timeout | undefined
  const end = (why: string): void => {
    chunks.push(Buffer.from(`\nEnded: ${why}\n`))
    signalGroup(child.pid, 'SIGTERM')
    forced = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), graceMillis)
  }
  const limit = AbortSignal.timeout(limitSeconds * 1000)
  const either = AbortSignal.any([signal, limit])
  const onAbort = (): void => {
    end(signal.aborted ? 'interrupted' : `it took longer than ${limitSeconds} seconds`)
  }
  if (either.aborted) onAbort()
  else either.addEventListener('abort', onAbort, { once: true })

  const exitCode = await promise
  either.removeEventListener('abort', onAbort)
  clearTimeout(forced)
  return {
    exitCode: forced === undefined ? exitCode : undefined,
    output: Buffer.concat(chunks).toString('utf8'),
    millis: performance.now() - startedAt,
  }
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // It is gone already.
  }
}
