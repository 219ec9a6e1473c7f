/**
 * @module The terminal of this process. Whatever was changed of it is put back when the process ends, in whichever way.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import process from 'node:process'
import { ReadStream } from 'node:tty'
import { emptyDraft } from '#input/editor.ts'
import { Refusal } from '#refusal.ts'
import { inkParameters } from '#screen/ink.ts'
import { answerWith, redraw } from '#terminal/ask.ts'
import { KeySource } from '#terminal/key-source.ts'
import {
  Interrupted,
  type Line,
  type Screen,
  type ScreenHandlers,
  type Size,
  type Terminal,
} from '#terminal/terminal.ts'
import { printable } from '#text/printable.ts'

/** The other screen, brackets around what is pasted, and arrows as CSI. */
const enter = '\u001b[?1049h\u001b[?2004h\u001b[?1l\u001b[2J\u001b[H'
const leave = '\u001b[0m\u001b[?2004l\u001b[?1049l\u001b[?25h'

/** Of a window that does not say how large it is. */
const usualSize: Size = { columns: 80, rows: 24 }

export class ProcessTerminal implements Terminal {
  readonly isScreen = process.stdout.isTTY
  readonly hasInput = !process.stdin.isTTY
  readonly hasColour =
    process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb'
  #keys: KeySource | undefined
  #device: ReadStream | undefined
  #isScreenTaken = false

  get canAsk(): boolean {
    return this.#keySource() !== undefined
  }

  get size(): Size {
    const { columns, rows } = process.stdout
    return { columns: columns || usualSize.columns, rows: rows || usualSize.rows }
  }

  say(line: Line = ''): void {
    process.stdout.write(`${inked(line, this.hasColour)}\n`)
  }

  emit(line: string): void {
    process.stdout.write(`${line}\n`)
  }

  complain(line: Line): void {
    process.stderr.write(`${inked(line, this.hasColour && process.stderr.isTTY)}\n`)
  }

  async ask(question: string, { isHidden = false } = {}): Promise<string> {
    const keys = this.#keySource()
    if (keys === undefined) {
      throw new Refusal(
        'There is nobody to ask: this is not a terminal.\n' +
          'Give a passphrase with --passphrase-file, and other answers as flags.',
      )
    }
    writeNow(printable(question))
    let draft = emptyDraft
    let shown = ''
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const listening = keys.listen((typed) => {
      const asked = answerWith(draft, typed)
      if (asked.kind === 'interrupted') return reject(new Interrupted())
      if (asked.kind === 'answered') {
        keys.giveBack(asked.rest)
        return resolve(asked.text)
      }
      draft = asked.draft
      if (isHidden) return
      writeNow(redraw(question, draft.text, shown))
      shown = draft.text
    })
    try {
      const answer = await promise
      if (!isHidden) writeNow(redraw(question, answer, shown))
      return answer
    } finally {
      listening[Symbol.dispose]()
      writeNow('\n')
    }
  }

  async readInput(): Promise<string> {
    return new TextDecoder().decode(await this.readInputBytes())
  }

  async readInputBytes(): Promise<Uint8Array> {
    const pieces: Uint8Array[] = []
    for await (const piece of process.stdin) pieces.push(piece as Uint8Array)
    return Buffer.concat(pieces)
  }

  async emitBytes(bytes: Uint8Array): Promise<void> {
    if (process.stdout.isTTY) {
      throw new Refusal(
        'A file may hold anything, and a terminal obeys some of it.\nPipe it: --to - > FILE',
      )
    }
    await new Promise<void>((resolve) => process.stdout.write(bytes, () => resolve()))
  }

  sayInPassing(): Disposable {
    if (!this.isScreen) return { [Symbol.dispose]: () => {} }
    this.#isScreenTaken = true
    writeNow('\u001b[?1049h\u001b[2J\u001b[H')
    return { [Symbol.dispose]: () => this.#leaveScreen() }
  }

  takeScreen(handlers: ScreenHandlers): Screen {
    const keys = this.#keySource()
    if (!this.isScreen || keys === undefined) {
      throw new Refusal(
        'sotto chat needs a terminal.\nFor scripts there are sotto send, sotto listen and sotto bot.',
      )
    }
    this.#isScreenTaken = true
    writeNow(enter)
    const listening = keys.listen((typed) => handlers.keys(typed))
    const resized = (): void => handlers.resized(this.size)
    process.stdout.on('resize', resized)
    return {
      write: (output) => void process.stdout.write(output),
      [Symbol.dispose]: () => {
        process.stdout.off('resize', resized)
        listening[Symbol.dispose]()
        this.#leaveScreen()
      },
    }
  }

  /** Also when everything else has failed. */
  restore(): void {
    this.#leaveScreen()
    this.#keys?.stop()
    this.#device?.destroy()
    this.#device = undefined
    this.#keys = undefined
  }

  #leaveScreen(): void {
    if (!this.#isScreenTaken) return
    this.#isScreenTaken = false
    writeNow(leave)
  }

  #keySource(): KeySource | undefined {
    if (this.#keys !== undefined) return this.#keys
    if (process.stdin.isTTY) this.#keys = new KeySource(process.stdin)
    else {
      this.#device = openDevice()
      if (this.#device !== undefined) this.#keys = new KeySource(this.#device)
    }
    return this.#keys
  }
}

/** The terminal itself, when standard input is something else. */
function openDevice(): ReadStream | undefined {
  let descriptor: number
  try {
    descriptor = openSync('/dev/tty', 'r')
  } catch {
    return undefined
  }
  try {
    return new ReadStream(descriptor)
  } catch {
    closeSync(descriptor)
    return undefined
  }
}

/** To the terminal at once, before the process can end. */
function writeNow(text: string): void {
  const descriptor = process.stdout.isTTY ? 1 : 2
  try {
    writeSync(descriptor, text)
  } catch {
    // It is gone, and nobody sees it.
  }
}

function inked(line: Line, hasColour: boolean): string {
  if (typeof line === 'string') return printable(line)
  return line
    .map(({ text, ink }) => {
      const parameters = hasColour ? inkParameters(ink, hasColour) : ''
      return parameters === ''
        ? printable(text)
        : `\u001b[${parameters}m${printable(text)}\u001b[0m`
    })
    .join('')
}
