#!/usr/bin/env node
/**
 * @module The program `sotto`: reads its command line, runs one command, and ends with its exit code. What was opened is
 * closed, and the terminal is as it was, whichever way it ends.
 */
import process from 'node:process'
import manifest from '../package.json' with { type: 'json' }
import { localCalendar } from '#calendar.ts'
import { parse } from '#command/parse.ts'
import type { GlobalFlags } from '#command/table.ts'
import type { Context } from '#context.ts'
import { type Ending, exitCodes } from '#exit-codes.ts'
import { homeOf } from '#run/home.ts'
import { runLine } from '#run/load.ts'
import { Interrupted } from '#terminal/terminal.ts'
import { ProcessTerminal } from '#terminal/process-terminal.ts'

const lingerMillis = 300
/** What is open has so long to be closed. */
const closingMillis = 15_000

const terminal = new ProcessTerminal()
const over = new AbortController()

// Whatever is written here is its owner's alone.
process.umask(0o077)
process.once('exit', () => terminal.restore())
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt)
// A window that is closed takes its terminal along; not every runtime says so by a signal.
if (process.stdin.isTTY) process.stdin.once('end', interrupt)
process.on('uncaughtException', (error) => void crash(error))
process.on('unhandledRejection', (error) => void crash(error))
// Whoever reads the pipe has seen enough.
process.stdout.on('error', () => process.exit(exitCodes.ok.code))

await main()
// A socket that was given up while it opened can keep a runtime going. By now everything of ours is closed.
setTimeout(() => {
  process.stdout.write('', () => process.exit())
  // A terminal that is gone never says that it has taken anything.
  setTimeout(() => process.exit(), lingerMillis)
}, lingerMillis).unref()

function interrupt(): void {
  // The second one means it.
  if (over.signal.aborted) process.exit(exitCodes.interrupted.code)
  over.abort(new Interrupted())
  setTimeout(() => process.exit(exitCodes.interrupted.code), closingMillis).unref()
}

async function main(): Promise<void> {
  const parsed = parse(process.argv.slice(2))
  switch (parsed.kind) {
    case 'version':
      terminal.say(`sotto ${manifest.version}`)
      return
    case 'help': {
      const { helpText } = await import('#command/help.ts')
      terminal.emit(helpText(parsed.about))
      return
    }
    case 'refused':
      end('usage', parsed.text)
      return
    case 'run':
      try {
        // The flags of every command are among those of each.
        const context = contextOf(parsed.line.flags as GlobalFlags)
        end(await runLine(context, parsed.line))
      } catch (error) {
        await fail(error)
      }
      return
  }
}

function contextOf(flags: GlobalFlags): Context {
  const home = homeOf(flags.home, process.env)
  const passphraseFile = flags.passphraseFile ?? (process.env['SOTTO_PASSPHRASE_FILE'] || undefined)
  let engine: ReturnType<Context['engine']> | undefined
  return {
    terminal,
    profiles: async () => {
      const { openSqliteShelf } = await import('@sotto/sdk/storage/sqlite')
      return await openSqliteShelf(home).names()
    },
    engine: () => (engine ??= loadEngine(home)),
    home,
    flags: { ...flags, passphraseFile },
    now: Date.now,
    calendar: localCalendar,
    signal: over.signal,
  }
}

async function loadEngine(home: string): ReturnType<Context['engine']> {
  const { openEngine } = await import('#open-engine.ts')
  const shown = process.env['SOTTO_DEBUG'] === '1'
  return await openEngine(home, (error) => {
    if (shown) terminal.complain(String(error instanceof Error ? error.stack : error))
  })
}

function end(ending: Ending, text?: string): void {
  terminal.restore()
  for (const line of text?.split('\n') ?? []) terminal.complain(line)
  process.exitCode = exitCodes[ending].code
}

async function fail(error: unknown): Promise<void> {
  if (error instanceof Interrupted) {
    end('interrupted')
    return
  }
  const [{ Refusal }, { sentenceOf }] = await Promise.all([
    import('#refusal.ts'),
    import('#sentences.ts'),
  ])
  const sentence = sentenceOf(error)
  if (sentence === undefined) await crash(error)
  else end(error instanceof Refusal ? error.ending : 'failed', sentence)
}

/** A fault of ours. */
async function crash(error: unknown): Promise<void> {
  terminal.restore()
  terminal.complain('Something went wrong inside of Sotto. What was written so far is kept.')
  terminal.complain('Please report this, without anything secret:')
  terminal.complain('')
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  for (const line of text.split('\n').slice(0, 12)) terminal.complain(`  ${line}`)
  process.exit(exitCodes.failed.code)
}
