/**
 * @module A person at a command line, for tests: the engine is real, in a folder of its own, and no relay is there.
 */
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Argon2id } from '@sotto/primitives/argon2'
import { utcCalendar } from '#calendar.ts'
import { parse } from '#command/parse.ts'
import type { GlobalFlags } from '#command/table.ts'
import type { Engine } from '#engine.ts'
import type { Ending } from '#exit-codes.ts'
import { openEngine } from '#open-engine.ts'
import { Refusal } from '#refusal.ts'
import { runLine } from '#run/load.ts'
import { sentenceOf } from '#sentences.ts'
import { type Answer, FakeTerminal } from '#terminal/fake-terminal.ts'
import { openSqliteShelf } from '@sotto/sdk/storage/sqlite'

export const passphrase = 'four words are enough'
/** Nobody listens there. */
export const relay = 'http://127.0.0.1:9'

/** No passphrase of a test is a secret. */
export const quickHash: Argon2id = async (password, salt, { length }) =>
  Uint8Array.from(createHash('sha512').update(salt).update(password).digest().subarray(0, length))

export interface Ran {
  readonly ending: Ending
  readonly terminal: FakeTerminal
  /** What was said, in lines. */
  readonly text: string
  /** Why it was refused, if so. */
  readonly refusal: string | undefined
}

export class TestPerson implements AsyncDisposable {
  readonly home: string
  #engine: Promise<Engine> | undefined

  private constructor(home: string) {
    this.home = home
  }

  static async create(): Promise<TestPerson> {
    return new TestPerson(await mkdtemp(join(tmpdir(), 'sotto-cli-')))
  }

  /** With a profile that has been made. */
  static async begun(): Promise<TestPerson> {
    const person = await TestPerson.create()
    await person.run(
      ['init', '--no-quiz', '--name', 'Ann', '--relay', relay],
      [passphrase, passphrase],
    )
    return person
  }

  async run(
    argv: readonly string[],
    answers: readonly Answer[] = [],
    input?: string,
  ): Promise<Ran> {
    const parsed = parse(argv)
    if (parsed.kind !== 'run') throw new Error(`Cannot run: ${argv.join(' ')}`)
    const terminal = new FakeTerminal(answers, input)
    let ending: Ending
    let refusal: string | undefined
    try {
      ending = await runLine(
        {
          terminal,
          home: this.home,
          flags: parsed.line.flags as GlobalFlags,
          profiles: () => openSqliteShelf(this.home).names(),
          engine: () => (this.#engine ??= openEngine(this.home, () => {}, quickHash)),
          now: () => Date.UTC(2026, 10, 30),
          calendar: utcCalendar,
          signal: new AbortController().signal,
        },
        parsed.line,
      )
    } catch (error) {
      refusal = sentenceOf(error)
      if (refusal === undefined) throw error
      ending = error instanceof Refusal ? error.ending : 'failed'
    }
    const text = [...terminal.said, ...terminal.emitted].join('\n')
    return { ending, terminal, text, refusal }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.home, { recursive: true, force: true })
  }
}
