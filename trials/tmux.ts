/**
 * @module Terminals that nobody sits at: programs run in tmux, on a server of their own, and what a person would see is
 * read from it.
 */
import { execFile, spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

const pollMillis = 50

export function hasTmux(): boolean {
  return spawnSync('tmux', ['-V']).status === 0
}

export interface TerminalOptions {
  readonly columns: number
  readonly rows: number
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
}

/** A shell in a window. */
export class TmuxTerminal implements AsyncDisposable {
  readonly #socket: string

  private constructor(socket: string) {
    this.#socket = socket
  }

  static async start(name: string, options: TerminalOptions): Promise<TmuxTerminal> {
    const { columns, rows, directory, environment } = options
    const terminal = new TmuxTerminal(`sotto-trial-${process.pid}-${name}`)
    const variables = Object.entries(environment).flatMap(([key, value]) => [
      '-e',
      `${key}=${value}`,
    ])
    await terminal.#tmux(
      ...['new-session', '-d', '-x', String(columns), '-y', String(rows), '-c', directory],
      ...variables,
      "PS1='$ ' bash --norc",
    )
    return terminal
  }

  /** What is on the screen. */
  async screen(): Promise<string> {
    return await this.#tmux('capture-pane', '-p')
  }

  /** With what has scrolled away, and lines that were broken by the window joined again. */
  async everything(): Promise<string> {
    return await this.#tmux('capture-pane', '-p', '-J', '-S', '-1000')
  }

  async type(text: string): Promise<void> {
    await this.#tmux('send-keys', '-l', '--', text)
  }

  /** By tmux's names: Enter, C-c, Tab. */
  async press(...keys: readonly string[]): Promise<void> {
    await this.#tmux('send-keys', ...keys)
  }

  async line(text: string): Promise<void> {
    await this.type(text)
    await this.press('Enter')
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#tmux('resize-window', '-x', String(columns), '-y', String(rows))
  }

  /** Whether a program has the window for itself. */
  async isTaken(): Promise<boolean> {
    return (await this.#tmux('display-message', '-p', '#{alternate_on}')).trim() === '1'
  }

  /** Ends the program in front as the system would. */
  async signal(name: 'TERM' | 'KILL'): Promise<void> {
    const shell = (await this.#tmux('display-message', '-p', '#{pane_pid}')).trim()
    const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', shell])
    for (const pid of stdout.split('\n').map(Number)) {
      if (pid > 0) process.kill(pid, `SIG${name}`)
    }
  }

  async until(pattern: RegExp, signal: AbortSignal): Promise<RegExpExecArray> {
    return await this.#until(() => this.screen(), pattern, signal)
  }

  async untilEver(pattern: RegExp, signal: AbortSignal): Promise<RegExpExecArray> {
    return await this.#until(() => this.everything(), pattern, signal)
  }

  async #until(
    read: () => Promise<string>,
    pattern: RegExp,
    signal: AbortSignal,
  ): Promise<RegExpExecArray> {
    for (;;) {
      const text = await read()
      const found = pattern.exec(text)
      if (found !== null) return found
      if (signal.aborted) throw new Error(`Cannot see ${pattern}\n${text}`)
      await sleep(pollMillis)
    }
  }

  async #tmux(...parameters: readonly string[]): Promise<string> {
    const { stdout } = await run('tmux', ['-L', this.#socket, '-f', '/dev/null', ...parameters])
    return stdout
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux('kill-server').catch(() => {})
  }
}
