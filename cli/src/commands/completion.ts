/**
 * @module `sotto completion`: for the shell to read.
 */
import { completionFor, shells } from '#command/completion.ts'
import type { RunOf } from '#context.ts'

export const run: RunOf<'completion'> = async ({ terminal }, { args }) => {
  const shell = shells.find((each) => each === args.shell)
  if (shell !== undefined) terminal.emit(completionFor(shell).trimEnd())
}
