/**
 * @module A real relay as a child process: the one place where trials start, wait for, measure and end it.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Child, type Stopped, type Usage } from '#child.ts'

export type Runtime = 'bun' | 'node'

export interface RelayOptions {
  readonly runtime: Runtime
  readonly dataDirectory: string
  readonly port: number
  readonly opsPort: number
  readonly arguments?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

const readyTimeoutMillis = 60_000
const readyPollMillis = 2
/** A relay gives its requests and sockets 5 s by default. */
const stopTimeoutMillis = 15_000

export class RelayProcess implements AsyncDisposable {
  readonly url: URL
  readonly opsUrl: URL
  /** From exec to the first 200 of /readyz. */
  readonly startMillis: number
  readonly #child: Child

  private constructor(child: Child, options: RelayOptions, startMillis: number) {
    this.#child = child
    this.startMillis = startMillis
    this.url = new URL(`http://127.0.0.1:${options.port}`)
    this.opsUrl = new URL(`http://127.0.0.1:${options.opsPort}`)
  }

  /** Resolves when the relay says that it is ready. */
  static async start(options: RelayOptions, signal: AbortSignal): Promise<RelayProcess> {
    signal.throwIfAborted()
    const began = performance.now()
    const child = await Child.start({
      command: runtimePath(options.runtime),
      arguments: [
        relayEntry,
        ...['--port', String(options.port), '--mgmt-port', String(options.opsPort)],
        ...['--data-dir', options.dataDirectory],
        ...(options.arguments ?? []),
      ],
      ...(options.environment === undefined ? {} : { environment: options.environment }),
    })
    try {
      await untilReady(child, options.opsPort, signal)
    } catch (error) {
      await child.stop('SIGKILL')
      throw error
    }
    return new RelayProcess(child, options, performance.now() - began)
  }

  get pid(): number {
    return this.#child.pid
  }

  get isRunning(): boolean {
    return this.#child.isRunning
  }

  usage(): Usage {
    return this.#child.usage()
  }

  output(): string {
    return this.#child.output()
  }

  /** Rejects when the relay does not end in time; then it has been killed. */
  async stop(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<Stopped> {
    let isLate = false
    const late = setTimeout(() => {
      isLate = true
      void this.#child.stop('SIGKILL')
    }, stopTimeoutMillis)
    const stopped = await this.#child.stop(signal)
    clearTimeout(late)
    if (!isLate) return stopped
    throw new Error(`${signal} did not end the relay in ${stopTimeoutMillis} ms\n${this.output()}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]()
  }
}

/** An empty directory below the system's temporary one, gone when disposed. */
export async function temporaryDirectory(
  name: string,
): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), `sotto-${name}-`))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** Two ports that were free a moment ago; a relay keeps them over its restarts. */
export async function freePorts(): Promise<{ readonly port: number; readonly opsPort: number }> {
  const [port, opsPort] = await Promise.all([freePort(), freePort()])
  return { port, opsPort }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('Cannot find a free port')
  return address.port
}

/** The pinned runtime of this repository, not whatever the machine has. */
export function runtimePath(runtime: Runtime): string {
  return fileURLToPath(new URL(`../node_modules/.bin/${runtime}`, import.meta.url))
}

const relayEntry = fileURLToPath(new URL('../server/src/main.ts', import.meta.url))

async function untilReady(child: Child, opsPort: number, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + readyTimeoutMillis
  while (child.isRunning && performance.now() < deadline) {
    signal.throwIfAborted()
    try {
      const answer = await fetch(`http://127.0.0.1:${opsPort}/readyz`, {
        signal: AbortSignal.timeout(2000),
      })
      if (answer.status === 200) return
    } catch {
      // Not listening yet.
    }
    await sleep(readyPollMillis)
  }
  const state = child.isRunning ? `not ready after ${readyTimeoutMillis} ms` : 'it ended'
  throw new Error(`Cannot start relay: ${state}\n${child.output()}`)
}
