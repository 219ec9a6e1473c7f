/**
 * @module `sotto contacts …`: who is known, and what is decided about them.
 */
import { dateAndTime } from '#calendar.ts'
import { isLink, withoutSpaces } from '#link.ts'
import { quoted } from '#commands/invite.ts'
import type { Context, RunOf } from '#context.ts'
import type { Contact, Messenger } from '#engine.ts'
import { findContact, nameOf } from '#names.ts'
import { Refusal } from '#refusal.ts'
import { type Span, span } from '#screen/ink.ts'
import { textWidth } from '#screen/width.ts'
import { withMessenger } from '#session.ts'
import { untilSent } from '#waiting.ts'
import { printable } from '#text/printable.ts'

export const list: RunOf<'contacts list'> = (context) =>
  withMessenger(context, { isOffline: true }, async (messenger) => {
    const { terminal } = context
    const all = (await messenger.contacts()).toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)))
    if (all.length === 0 && terminal.isScreen) {
      terminal.say('Nobody yet. Let somebody in: sotto invite')
    }
    const widest = Math.min(
      32,
      Math.max(0, ...all.map((each) => textWidth(printable(nameOf(each))))),
    )
    for (const contact of all) {
      const name = printable(nameOf(contact))
      terminal.say([
        span(contact.id.slice(0, 8), 'faint'),
        span(`  ${name}${' '.repeat(Math.max(0, widest - textWidth(name)))}  `, 'plain'),
        ...stateOf(contact),
      ])
    }
  })

function stateOf(contact: Contact): readonly Span[] {
  if (contact.isBlocked) return [span('blocked', 'care')]
  if (contact.changedIdentity !== undefined)
    return [span('their key has changed: decide', 'careStrong')]
  switch (contact.state) {
    case 'request':
      return [span('wants to write to you: accept or decline', 'seal')]
    case 'invited':
      return [span('has not answered yet', 'faint')]
    default:
      return contact.verifiedAtMillis === undefined ? [] : [span('verified', 'calm')]
  }
}

export const add: RunOf<'contacts add'> = (context, { args, flags }) =>
  withMessenger(context, { isOffline: false }, async (messenger) => {
    const { terminal, signal } = context
    const { whom, text } = args
    if (!isLink(whom) && text === undefined) {
      throw new Refusal(
        'An address needs your first words: sotto contacts add ADDRESS "It is me, from the choir."',
        'usage',
      )
    }
    const contact = isLink(whom)
      ? await messenger.acceptInvitation(withoutSpaces(whom))
      : await messenger.sendRequest(withoutSpaces(whom), text ?? '', signal)
    const named =
      flags.as === undefined ? contact : await messenger.setNickname(contact.id, flags.as)
    const isSent = await untilSent(messenger, contact.id, patienceMillis, signal)
    terminal.say(
      isSent
        ? `${nameOf(named)} has your first words.`
        : 'The relay cannot be reached now. Your first words are sent the next time.',
    )
  })

export const show: RunOf<'contacts show'> = (context, { args }) =>
  withMessenger(context, { isOffline: true }, async (messenger) => {
    const { terminal, calendar } = context
    const contact = findContact(await messenger.contacts(), args.contact)
    const rows: readonly (readonly [string, string])[] = [
      ['Called', nameOf(contact)],
      ...(contact.nickname === undefined
        ? []
        : [['Calls themselves', contact.name ?? '(nothing)'] as const]),
      ['Id', contact.id],
      ['Identity', contact.identity],
      ['Reads at', contact.relay],
      ['Known since', dateAndTime(calendar, contact.sinceMillis)],
      [
        'Verified',
        contact.verifiedAtMillis === undefined
          ? `no; compare safety numbers: sotto verify ${quoted(nameOf(contact))}`
          : dateAndTime(calendar, contact.verifiedAtMillis),
      ],
    ]
    for (const [name, value] of rows) terminal.say(`${name.padEnd(18)}${value}`)
    const state = stateOf({ ...contact, verifiedAtMillis: undefined })
    if (state.length > 0)
      terminal.say(['', 'Now'.padEnd(18)].map((text) => span(text)).concat(state))
  })

export const accept: RunOf<'contacts accept'> = (context, { args }) =>
  decide(context, args.contact, async (messenger, contact) => {
    refuseNoRequest(contact)
    await messenger.acceptRequest(contact.id)
    return `${nameOf(contact)} is your contact now. Talk: sotto chat ${quoted(nameOf(contact))}`
  })

export const decline: RunOf<'contacts decline'> = (context, { args }) =>
  decide(context, args.contact, async (messenger, contact) => {
    refuseNoRequest(contact)
    await messenger.declineRequest(contact.id)
    return 'The request is gone. They are not told.'
  })

function refuseNoRequest(contact: Contact): void {
  if (contact.state === 'request') return
  throw new Refusal(`${nameOf(contact)} is not waiting for an answer.\nSee: sotto contacts list`)
}

export const nickname: RunOf<'contacts nickname'> = (context, { args }) =>
  decide(context, args.contact, async (messenger, contact) => {
    const next = await messenger.setNickname(contact.id, args.nickname ?? '')
    return `You call them ${nameOf(next)} now.`
  })

export const block: RunOf<'contacts block'> = (context, { args }) =>
  decide(context, args.contact, async (messenger, contact) => {
    await messenger.block(contact.id)
    return `You hear nothing of ${nameOf(contact)} any more. They are not told.`
  })

export const unblock: RunOf<'contacts unblock'> = (context, { args }) =>
  decide(context, args.contact, async (messenger, contact) => {
    await messenger.unblock(contact.id)
    return `You hear ${nameOf(contact)} again.`
  })

export const acceptIdentity: RunOf<'contacts accept-identity'> = (context, { args }) =>
  decide(context, args.contact, async (messenger, contact) => {
    refuseNoChange(contact)
    await messenger.acceptIdentity(contact.id)
    return `The new key is ${nameOf(contact)}'s. Compare safety numbers again: sotto verify ${quoted(nameOf(contact))}`
  })

export const refuseIdentity: RunOf<'contacts refuse-identity'> = (context, { args }) =>
  decide(context, args.contact, async (messenger, contact) => {
    refuseNoChange(contact)
    await messenger.refuseIdentity(contact.id)
    return `${nameOf(contact)} stays who they were, and is told another address to write to.`
  })

function refuseNoChange(contact: Contact): void {
  if (contact.changedIdentity !== undefined) return
  throw new Refusal(`The key of ${nameOf(contact)} has not changed. There is nothing to decide.`)
}

export const forget: RunOf<'contacts forget'> = (context, { args, flags }) =>
  withMessenger(context, { isOffline: false }, async (messenger) => {
    const { terminal } = context
    const contact = findContact(await messenger.contacts(), args.contact)
    const name = nameOf(contact)
    if (!flags.yes) {
      const answer = await terminal.ask(`Delete ${name} and everything that was written? [y/N] `)
      if (!/^y(es)?$/i.test(answer.trim())) {
        terminal.say('Nothing was deleted.')
        return 'failed'
      }
    }
    await messenger.forgetContact(contact.id)
    terminal.say(`${name} is forgotten. They are not told, and can write to you no more.`)
    return 'ok'
  })

const patienceMillis = 10_000

/** With a connection, as most decisions mean that somebody is told. */
async function decide(
  context: Context,
  given: string,
  step: (messenger: Messenger, contact: Contact) => Promise<string>,
): Promise<void> {
  await withMessenger(context, { isOffline: false }, async (messenger) => {
    const { terminal, signal } = context
    const contact = findContact(await messenger.contacts(), given)
    terminal.say(await step(messenger, contact))
    if (await untilSent(messenger, contact.id, patienceMillis, signal)) return
    terminal.say('The relay cannot be reached now. What they have to hear is sent the next time.')
  })
}
