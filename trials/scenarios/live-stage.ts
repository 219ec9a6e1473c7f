/**
 * @module A relay as the README starts it, for scenarios of the live door: the script behind `npm start` as it stands, its
 * limits as they are by default. Only where it listens and where its data is are told it, in the environment.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Child, type Stopped } from '#child.ts'
import { asObject, asString } from '#clients/json.ts'
import { freePorts, runtimePath, temporaryDirectory } from '#relay-process.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const readyTimeoutMillis = 60_000
const patienceMillis = 30_000

export class LiveStage implements AsyncDisposable {
  readonly relay: URL
  readonly #directory: AsyncDisposable & { readonly path: string }
  readonly #ports: { readonly port: number; readonly opsPort: number }
  #child: Child | undefined
  #output = ''

  private constructor(
    directory: AsyncDisposable & { readonly path: string },
    ports: { readonly port: number; readonly opsPort: number },
  ) {
    this.#directory = directory
    this.#ports = ports
    this.relay = new URL(`http://127.0.0.1:${ports.port}`)
  }

  static async open(): Promise<LiveStage> {
    const stage = new LiveStage(await temporaryDirectory('live'), await freePorts())
    try {
      await stage.start()
      return stage
    } catch (error) {
      await stage[Symbol.asyncDispose]()
      throw error
    }
  }

  async start(): Promise<void> {
    const [program = '', ...rest] = startScript().split(' ')
    if (program !== 'bun' && program !== 'node') {
      throw new Error(`Cannot start relay: npm start runs "${program}", bun or node is needed`)
    }
    this.#child = await Child.start({
      command: runtimePath(program),
      arguments: rest,
      directory: root,
      environment: {
        PORT: String(this.#ports.port),
        SOTTO_MGMT_PORT: String(this.#ports.opsPort),
        SOTTO_DATA_DIR: this.#directory.path,
      },
    })
    const deadline = performance.now() + readyTimeoutMillis
    while (!(await this.#isReady())) {
      if (!this.#child.isRunning || performance.now() > deadline) {
        throw new Error(`Cannot start relay:\n${this.#child.output()}`)
      }
      await sleep(5)
    }
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<Stopped> {
    if (this.#child === undefined) throw new Error('Cannot end relay: it was not started')
    const stopped = await this.#child.stop(signal)
    this.#output += this.#child.output()
    this.#child = undefined
    return stopped
  }

  /** What all of its lives have printed. */
  output(): string {
    return this.#output + (this.#child?.output() ?? '')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child?.stop('SIGKILL')
    await this.#directory[Symbol.asyncDispose]()
  }

  async #isReady(): Promise<boolean> {
    try {
      const answer = await fetch(`http://127.0.0.1:${this.#ports.opsPort}/readyz`)
      await answer.body?.cancel()
      return answer.status === 200
    } catch {
      // Not listening yet.
      return false
    }
  }
}

function startScript(): string {
  const manifest = asObject(JSON.parse(readFileSync(`${root}/package.json`, 'utf8')), 'manifest')
  return asString(asObject(manifest['scripts'], 'scripts')['start'], 'start script')
}

/** For what no message announces. */
export async function until(isSo: () => boolean, what: () => string): Promise<void> {
  const deadline = performance.now() + patienceMillis
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`Waited in vain for ${what()}`)
    await sleep(5)
  }
}
