/**
 * @module A terminal for tests: answers are given beforehand, and what was said is kept.
 */
import type { Key } from '#input/key.ts'
import { Refusal } from '#refusal.ts'
import type { Line, Screen, ScreenHandlers, Size, Terminal } from '#terminal/terminal.ts'
import { printable } from '#text/printable.ts'

/** Given beforehand, or found when the question is there. */
export type Answer = string | ((question: string, terminal: FakeTerminal) => string)

export class FakeTerminal implements Terminal {
  readonly said: string[] = []
  readonly complaints: string[] = []
  readonly emitted: string[] = []
  readonly questions: string[] = []
  readonly answers: Answer[]
  readonly input: string | undefined
  readonly hasColour = false
  isScreen = true
  size: Size = { columns: 100, rows: 40 }
  handlers: ScreenHandlers | undefined
  painted = ''

  constructor(answers: readonly Answer[] = [], input?: string) {
    this.answers = [...answers]
    this.input = input
  }

  get canAsk(): boolean {
    return this.answers.length > 0
  }

  get hasInput(): boolean {
    return this.input !== undefined
  }

  say(line: Line = ''): void {
    this.said.push(textOf(line))
  }

  emit(line: string): void {
    this.emitted.push(line)
  }

  complain(line: Line): void {
    this.complaints.push(textOf(line))
  }

  async ask(question: string): Promise<string> {
    this.questions.push(question)
    const answer = this.answers.shift()
    if (answer === undefined) throw new Refusal(`Nobody answers: ${question}`)
    return typeof answer === 'string' ? answer : answer(question, this)
  }

  async readInput(): Promise<string> {
    return this.input ?? ''
  }

  async readInputBytes(): Promise<Uint8Array> {
    return new TextEncoder().encode(this.input ?? '')
  }

  async emitBytes(bytes: Uint8Array): Promise<void> {
    this.emitted.push(new TextDecoder().decode(bytes))
  }

  sayInPassing(): Disposable {
    return { [Symbol.dispose]: () => {} }
  }

  takeScreen(handlers: ScreenHandlers): Screen {
    this.handlers = handlers
    return {
      write: (output) => void (this.painted += output),
      [Symbol.dispose]: () => void (this.handlers = undefined),
    }
  }

  press(...keys: readonly Key[]): void {
    this.handlers?.keys(keys)
  }
}

function textOf(line: Line): string {
  return typeof line === 'string'
    ? printable(line)
    : line.map(({ text }) => printable(text)).join('')
}
