/**
 * @module `sotto meet`: six digits, and a short code to compare.
 */
import { spanShort } from '#calendar.ts'
import { checkedRelay } from '#commands/asked-relay.ts'
import type { Context, RunOf } from '#context.ts'
import type { Ending } from '#exit-codes.ts'
import { nameOf } from '#names.ts'
import { Refusal } from '#refusal.ts'
import { span } from '#screen/ink.ts'
import { withMessenger } from '#session.ts'
import { untilSent } from '#waiting.ts'

const patienceMillis = 10_000

export const run: RunOf<'meet'> = (context, { args, flags }) => {
  const { terminal, signal } = context
  const digits = args.digits?.replaceAll(/[\s-]/g, '')
  if (digits !== undefined && !/^\d{6}$/.test(digits)) {
    throw new Refusal('Six digits, as the other one says them: sotto meet 123456', 'usage')
  }
  if (!terminal.canAsk) {
    throw new Refusal(
      'sotto meet needs somebody who compares a code: run it in a terminal.',
      'usage',
    )
  }
  const relay = flags.relay === undefined ? undefined : checkedRelay(flags.relay)
  return withMessenger<Ending>(context, { isOffline: false }, async (messenger) => {
    const meeting =
      digits === undefined
        ? await messenger.offerMeeting(signal)
        : await messenger.joinMeeting(digits, relay, signal)
    try {
      sayWaiting(context, meeting)
      const encounter = await meeting.met
      const name = encounter.name ?? 'Somebody without a name'
      terminal.say()
      terminal.say([span(name, 'strong'), span(' is there. Both of you see this code:')])
      terminal.say()
      terminal.say([span(`    ${encounter.code}`, 'strong')])
      terminal.say()
      const answer = await terminal.ask('Is it the same on their screen? [y/N] ')
      if (!/^y(es)?$/i.test(answer.trim())) {
        await encounter.refuse()
        terminal.say('Then somebody else may be between you. Nothing was kept; try again.')
        return 'failed'
      }
      const contact = await encounter.confirm()
      const named =
        flags.as === undefined ? contact : await messenger.setNickname(contact.id, flags.as)
      await untilSent(messenger, contact.id, patienceMillis, signal)
      terminal.say([span(nameOf(named), 'strong'), span(' is your contact now, and verified.')])
      return 'ok'
    } finally {
      await meeting.cancel()
    }
  })
}

function sayWaiting(
  { terminal, now }: Context,
  {
    digits,
    expiresAtMillis,
  }: { readonly digits: string | undefined; readonly expiresAtMillis: number },
): void {
  if (digits === undefined) {
    terminal.say([span('Looking for them …', 'faint')])
    return
  }
  terminal.say('Say these six digits to the other one:')
  terminal.say()
  terminal.say([span(`    ${digits.slice(0, 3)} ${digits.slice(3)}`, 'strong')])
  terminal.say()
  terminal.say([
    span(
      `They run: sotto meet ${digits}. The digits are good for ${spanShort(expiresAtMillis - now())}.`,
      'faint',
    ),
  ])
}
