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

  const signalGroup = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined) return
    try {
      process.kill(-child.pid, signal)
    } catch {
      // It is gone already.
    }
  }
  let forced: NodeJS.Timeout | undefined
  let late = false
  const end = (): void => {
    signalGroup('SIGTERM')
    forced = setTimeout(signalGroup, graceMillis, 'SIGKILL')
  }
  const limit = setTimeout(() => {
    late = true
    chunks.push(Buffer.from(`\nEnded: it took longer than ${limitSeconds} seconds\n`))
    end()
  }, limitSeconds * 1000)
  const interrupted = (): void => {
    late = true
    end()
  }
  process.once('SIGINT', interrupted)
  process.once('SIGTERM', interrupted)

  const exitCode = await promise
  clearTimeout(limit)
  clearTimeout(forced)
  process.off('SIGINT', interrupted)
  process.off('SIGTERM', interrupted)
  return {
    exitCode: late ? undefined : exitCode,
    output: Buffer.concat(chunks).toString('utf8'),
    millis: performance.now() - startedAt,
  }
}
