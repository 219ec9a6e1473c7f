/**
 * @module `sotto timer`: how long messages stay after they were read.
 */
import { spanInWords } from '#calendar.ts'
import { durationOf } from '#command/shapes.ts'
import type { RunOf } from '#context.ts'
import { findConversation, readDirectory } from '#directory.ts'
import { nameOf } from '#names.ts'
import { Refusal } from '#refusal.ts'
import { withMessenger } from '#session.ts'
import { untilSent } from '#waiting.ts'

const patienceMillis = 10_000
const maxDays = 365

export const run: RunOf<'timer'> = (context, { args }) => {
  const millis = args.time === 'off' ? 0 : durationOf(args.time, maxDays)
  if (millis === undefined) {
    throw new Refusal('A time is a number and s, m, h, d or w, up to a year: 4w. Or: off', 'usage')
  }
  return withMessenger(context, { isOffline: false }, async (messenger) => {
    const { terminal, signal } = context
    const found = findConversation(await readDirectory(messenger), args.whom)
    const seconds = Math.round(millis / 1000)
    await messenger.setTimer(found.id, seconds)
    await untilSent(messenger, undefined, patienceMillis, signal)
    terminal.say(
      seconds === 0
        ? `What is written with ${nameOf(found)} from now on stays.`
        : `What is written with ${nameOf(found)} from now on disappears ${spanInWords(seconds)} after it was read.`,
    )
  })
}
