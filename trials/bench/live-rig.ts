/**
 * @module A relay of its own for the loads of the live door, and the process that speaks for its people.
 */
import { randomBytes } from 'node:crypto'
import { type LiveSeed, seedLive } from '#bench/live-seed.ts'
import type { Rig } from '#bench/rig.ts'
import { Child, type Usage } from '#child.ts'
import { freePorts, RelayProcess, runtimePath, temporaryDirectory } from '#relay-process.ts'

/** Limits that guard against strangers would only measure themselves: this is everybody, from one address. */
const openLimits = [
  ...['--max-sockets', '100000', '--max-sockets-per-address', '0'],
  ...['--live-login-per-second', '0', '--live-address-per-second', '0'],
  ...['--live-address-bytes-per-second', '0'],
  ...['--live-burst', '1000000', '--live-per-second', '1000000', '--live-chat-interval-ms', '0'],
  ...['--live-media-burst', '1000', '--live-media-per-second', '1000'],
  ...['--live-auth-timeout-secs', '120', '--live-history-messages', '10000000'],
  ...['--live-history-bytes', '1024GiB', '--max-inbox-size', '100000'],
  ...['--log-level', 'warn'],
]

export class LiveRelay implements AsyncDisposable {
  readonly port: number
  readonly #relay: RelayProcess
  readonly #directory: AsyncDisposable

  private constructor(relay: RelayProcess, port: number, directory: AsyncDisposable) {
    this.#relay = relay
    this.port = port
    this.#directory = directory
  }

  static async start(rig: Rig, seed: LiveSeed): Promise<LiveRelay> {
    const directory = await temporaryDirectory('bench-live')
    try {
      await seedLive(directory.path, seed)
      const options = {
        runtime: rig.options.runtime,
        dataDirectory: directory.path,
        ...(await freePorts()),
        arguments: openLimits,
        environment: { JWT_SECRET: randomBytes(32).toString('hex') },
      }
      const relay = await RelayProcess.start(options, rig.signal)
      return new LiveRelay(relay, options.port, directory)
    } catch (error) {
      await directory[Symbol.asyncDispose]()
      throw error
    }
  }

  usage(): Usage {
    return this.#relay.usage()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#relay[Symbol.asyncDispose]()
    await this.#directory[Symbol.asyncDispose]()
  }
}

/** A process that is told something and answers, line by line. */
export class Speaker implements AsyncDisposable {
  readonly #child: Child
  readonly #said: Lines

  private constructor(child: Child, said: Lines) {
    this.#child = child
    this.#said = said
    void child.stopped().then(() => said.wake())
  }

  static async start(script: string, ...arguments_: readonly string[]): Promise<Speaker> {
    const said = new Lines()
    const child = await Child.start({
      command: runtimePath('bun'),
      arguments: [script, ...arguments_],
      onLine: (line) => said.add(line),
      wantsInput: true,
    })
    return new Speaker(child, said)
  }

  tell(line: string): void {
    this.#child.writeLine(line)
  }

  /** The next line that it prints. */
  async answer(): Promise<string> {
    for (;;) {
      const line = this.#said.take()
      if (line !== undefined) return line
      if (!this.#child.isRunning) throw new Error(`Cannot go on: it ended\n${this.#child.output()}`)
      await this.#said.change()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]()
  }
}

class Lines {
  readonly #lines: string[] = []
  #change = Promise.withResolvers<void>()

  add(line: string): void {
    this.#lines.push(line)
    this.wake()
  }

  take(): string | undefined {
    return this.#lines.shift()
  }

  async change(): Promise<void> {
    await this.#change.promise
  }

  wake(): void {
    this.#change.resolve()
    this.#change = Promise.withResolvers<void>()
  }
}
