/**
 * @module What every command is handed.
 */
import type { Calendar } from '#calendar.ts'
import type { Command, Given } from '#command/command.ts'
import type { CommandName, Commands, GlobalFlags } from '#command/table.ts'
import type { Engine } from '#engine.ts'
import type { Ending } from '#exit-codes.ts'
import type { Terminal } from '#terminal/terminal.ts'

export interface Context {
  readonly terminal: Terminal
  /** The names of the profiles, for which nobody waits for the engine. */
  readonly profiles: () => Promise<readonly string[]>
  /** Loads it, once. */
  readonly engine: () => Promise<Engine>
  /** The folder of the profiles. */
  readonly home: string
  readonly flags: GlobalFlags
  readonly now: () => number
  readonly calendar: Calendar
  /** Aborted when the program shall end. */
  readonly signal: AbortSignal
}

export type Run<Of extends Pick<Command, 'args' | 'flags'>> = (
  context: Context,
  given: Given<Of>,
) => Promise<Ending | void>

export type RunOf<Name extends CommandName> = Run<Commands[Name]>
