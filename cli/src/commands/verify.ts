/**
 * @module `sotto verify`: whether somebody is between.
 */
import { sayQr } from '#commands/say-qr.ts'
import { quoted } from '#commands/invite.ts'
import type { RunOf } from '#context.ts'
import { findContact, nameOf } from '#names.ts'
import { Refusal } from '#refusal.ts'
import { span } from '#screen/ink.ts'
import { withMessenger } from '#session.ts'
import { dateAndTime } from '#calendar.ts'

export const run: RunOf<'verify'> = (context, { args, flags }) =>
  withMessenger(context, { isOffline: true }, async (messenger) => {
    const { terminal, calendar } = context
    if (flags.yes && flags.no) throw new Refusal('Say --yes or --no, and not both.', 'usage')
    const contact = findContact(await messenger.contacts(), args.contact)
    const name = nameOf(contact)
    if (flags.yes || flags.no) {
      await messenger.setVerified(contact.id, flags.yes)
      terminal.say(
        flags.yes
          ? `${name} is verified. You hear of it when their key changes.`
          : `${name} is not verified any more.`,
      )
      return
    }
    const { digits } = await messenger.safetyNumber(contact.id)
    if (!terminal.isScreen) {
      terminal.emit(groupsOf(digits).join(' '))
      return
    }
    terminal.say(`Your safety number with ${name}:`)
    terminal.say()
    const groups = groupsOf(digits)
    for (let row = 0; row < groups.length; row += 4) {
      terminal.say([span(`    ${groups.slice(row, row + 4).join('  ')}`, 'strong')])
    }
    if (!flags.noQr) sayQr(terminal, digits)
    terminal.say()
    terminal.say(
      `${name} sees the same digits if nobody is between you. Compare them by voice or side by side.`,
    )
    terminal.say(
      contact.verifiedAtMillis === undefined
        ? `They are the same? sotto verify ${quoted(name)} --yes`
        : `You have compared them on ${dateAndTime(calendar, contact.verifiedAtMillis)}.`,
    )
  })

export function groupsOf(digits: string): readonly string[] {
  return digits.match(/.{1,5}/g) ?? []
}
