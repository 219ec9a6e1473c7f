/**
 * @module A child process that is watched and always ended: the end of its output, what it used, how it stopped.
 * Figures come from Linux's /proc.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

export interface Usage {
  readonly rssBytes: number
  /** Of all threads, in user and system mode. */
  readonly cpuSeconds: number
  /** What the process caused to be sent to the disk. */
  readonly writtenBytes: number
}

export interface Stopped {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface ChildOptions {
  readonly command: string
  readonly arguments: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly directory?: string
  /** Where lines of standard output go; without it they are kept with the errors. */
  readonly onLine?: (line: string) => void
  readonly wantsInput?: boolean
}

const keptOutputChars = 64 * 1024
/** USER_HZ: the unit of /proc/PID/stat on every Linux that Node or Bun runs on. */
const ticksPerSecond = 100

export class Child implements AsyncDisposable {
  readonly #process: ChildProcess
  readonly #stopped: Promise<Stopped>
  readonly #killAtExit: () => void
  #output = ''
  #isRunning = true

  private constructor(process_: ChildProcess, options: ChildOptions) {
    this.#process = process_
    this.#killAtExit = () => void process_.kill('SIGKILL')
    // A trial that dies must not leave its children behind.
    process.once('exit', this.#killAtExit)
    this.#stopped = new Promise((resolve) => {
      process_.once('close', (code, signal) => {
        this.#isRunning = false
        process.off('exit', this.#killAtExit)
        resolve({ code, signal })
      })
    })
    const keep = (chunk: string): void => {
      this.#output = (this.#output + chunk).slice(-keptOutputChars)
    }
    process_.stderr?.setEncoding('utf8').on('data', keep)
    process_.stdout?.setEncoding('utf8').on('data', lines(options.onLine) ?? keep)
    // A child that ended takes its input with it; `stopped` tells.
    process_.stdin?.on('error', () => {})
  }

  static async start(options: ChildOptions): Promise<Child> {
    const process_ = spawn(options.command, options.arguments, {
      stdio: [options.wantsInput === true ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.environment },
      ...(options.directory === undefined ? {} : { cwd: options.directory }),
    })
    const child = new Child(process_, options)
    await once(process_, 'spawn')
    return child
  }

  get isRunning(): boolean {
    return this.#isRunning
  }

  get pid(): number {
    const { pid } = this.#process
    if (pid === undefined) throw new Error('Cannot read process id: process did not start')
    return pid
  }

  /** The last of what it printed. */
  output(): string {
    return this.#output
  }

  writeLine(line: string): void {
    this.#process.stdin?.write(`${line}\n`)
  }

  usage(): Usage {
    return usageOf(this.pid)
  }

  stopped(): Promise<Stopped> {
    return this.#stopped
  }

  async stop(signal: NodeJS.Signals): Promise<Stopped> {
    if (this.#isRunning) this.#process.kill(signal)
    return await this.#stopped
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('SIGKILL')
  }
}

export function usageOf(pid: number): Usage {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // Behind the name, which may hold anything: field 3 on; utime is 14, stime 15 (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const io = readFileSync(`/proc/${pid}/io`, 'utf8')
  return {
    rssBytes: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024,
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    writtenBytes: Number(/^write_bytes: (\d+)/m.exec(io)?.[1] ?? 0),
  }
}

function lines(
  onLine: ((line: string) => void) | undefined,
): ((chunk: string) => void) | undefined {
  if (onLine === undefined) return undefined
  let rest = ''
  return (chunk) => {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() ?? ''
    for (const line of parts) if (line !== '') onLine(line)
  }
}
