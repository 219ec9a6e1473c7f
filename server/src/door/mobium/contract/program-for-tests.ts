/**
 * @module The relay as a program of its own: started from the environment, as an operator does it, and ended by a signal.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Inbox } from '#door/obscura/contract/inbox-for-tests.ts'

const main = fileURLToPath(new URL('../../../main.ts', import.meta.url))

interface Started {
  readonly event: string
  readonly for?: string
  readonly port?: number
}

export interface Setting {
  /** Where it runs, and keeps its data unless told. */
  readonly folder: string
  readonly env?: Readonly<Record<string, string>>
}

function launch({ folder, env = {} }: Setting): ChildProcess {
  return spawn(process.execPath, [main], {
    cwd: folder,
    // Nothing of this machine's environment.
    env: { OBSCURA_LOG_FORMAT: 'json', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Ends by itself. Resolves to its code and what it wrote to stderr. */
export async function runToEnd(
  setting: Setting,
): Promise<{ readonly code: number; readonly text: string }> {
  const child = launch(setting)
  try {
    let text = ''
    child.stderr?.on('data', (chunk) => (text += String(chunk)))
    child.stdout?.resume()
    const ended: unknown[] = await once(child, 'close')
    return { code: Number(ended[0]), text }
  } finally {
    child.kill('SIGKILL')
  }
}

export class Program implements AsyncDisposable {
  readonly port: number
  readonly #child: ChildProcess
  readonly #events: Inbox<string>
  readonly #exited: Promise<unknown[]>

  private constructor(
    child: ChildProcess,
    port: number,
    events: Inbox<string>,
    exited: Promise<unknown[]>,
  ) {
    this.#child = child
    this.port = port
    this.#events = events
    this.#exited = exited
  }

  /** Resolves when it is ready. */
  static async start(setting: Setting): Promise<Program> {
    const child = launch({ ...setting, env: { OBSCURA_MGMT_PORT: 'off', ...setting.env } })
    const exited = once(child, 'exit')
    const events = new Inbox<string>('event')
    let said = ''
    child.stderr?.on('data', (chunk) => (said += String(chunk)))
    void exited.then(() => events.end(`the relay ended: ${said}`))
    let port = 0
    if (child.stdout === null) throw new Error('No stdout')
    createInterface(child.stdout).on('line', (line) => {
      // A line of the relay's own log.
      const event = JSON.parse(line) as Started
      if (event.event === 'relay.listening' && event.for === 'clients') port = event.port ?? 0
      events.put(event.event)
    })
    const program = (): Program => new Program(child, port, events, exited)
    try {
      while ((await events.next(15_000)) !== 'relay.ready');
      return program()
    } catch (error) {
      child.kill('SIGKILL')
      throw error
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  /** Resolves when this was logged. */
  async logged(event: string): Promise<void> {
    while ((await this.#events.next()) !== event);
  }

  /** Resolves to its code, or to the signal that ended it. */
  async end(name: NodeJS.Signals): Promise<unknown> {
    this.#child.kill(name)
    const [code, signal] = await this.#exited
    return code ?? signal
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exited
  }
}
