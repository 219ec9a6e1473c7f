/**
 * @module `sotto lock`: which profiles are open.
 */
import type { RunOf } from '#context.ts'

export const run: RunOf<'lock'> = async (context) => {
  const { terminal } = context
  const engine = await context.engine()
  const names = await context.profiles()
  if (names.length === 0) {
    terminal.say('There is no profile on this machine, so none is open.')
    return
  }
  let open = 0
  for (const name of names) {
    const isInUse = await engine.isInUse(name)
    if (isInUse) open++
    terminal.say(isInUse ? `${name}: open in another program` : `${name}: locked`)
  }
  terminal.say()
  terminal.say(
    open === 0
      ? 'Every command asks for the passphrase and forgets it when it ends.'
      : 'End the program that has it open, and it is locked: Ctrl-C in its terminal.',
  )
}
