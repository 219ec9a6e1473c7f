/**
 * @module `sotto invite`: links that let one person in each.
 */
import { spanShort } from '#calendar.ts'
import { sayQr } from '#commands/say-qr.ts'
import type { Context, RunOf } from '#context.ts'
import type { Contact, Invitation, Messenger } from '#engine.ts'
import { nameOf } from '#names.ts'
import { Refusal } from '#refusal.ts'
import { span } from '#screen/ink.ts'
import { withMessenger } from '#session.ts'
import { untilSent } from '#waiting.ts'

export const create: RunOf<'invite'> = (context, { flags }) =>
  withMessenger(context, { isOffline: flags.noWait }, async (messenger, profile) => {
    const { terminal } = context
    const invitation = await messenger.invite({ lifeMillis: flags.expires, nickname: flags.as })
    if (!terminal.isScreen) terminal.emit(invitation.link)
    else {
      terminal.say('Give this link to one person. Whoever uses it first becomes your contact:')
      terminal.say()
      terminal.say(invitation.link)
      if (!flags.noQr) sayQr(terminal, invitation.link)
      terminal.say()
      terminal.say(`They paste it into a Sotto, or run: sotto chat "LINK"`)
    }
    if (flags.noWait) return
    const contact = await waitForThem(context, messenger, invitation)
    if (contact === undefined) return
    greet(terminal, contact)
    if (!terminal.isScreen || !terminal.canAsk) return
    await terminal.ask('Enter opens the chat, Ctrl-C ends: ')
    const { runChat } = await import('#chat/run-chat.ts')
    await runChat(context, messenger, profile.name, contact.id)
  })

/** They are a contact when they have written, which their program does by itself. */
async function waitForThem(
  { terminal, signal, now }: Context,
  messenger: Messenger,
  { id, expiresAtMillis }: Invitation,
): Promise<Contact | undefined> {
  const before = new Set((await messenger.contacts()).map((contact) => contact.id))
  const events = messenger.events(signal)
  if (terminal.isScreen) {
    const left = spanShort(expiresAtMillis - now())
    terminal.say([
      span(`Waiting for them. The link is good for ${left}; Ctrl-C stops waiting only.`, 'faint'),
    ])
  }
  let wasOnline = messenger.connection === 'online'
  for await (const event of events) {
    if (event.type === 'connection') {
      if (wasOnline && event.state === 'offline')
        terminal.complain('The relay is away. Waiting goes on.')
      wasOnline = event.state === 'online'
    }
    if (event.type !== 'contact-changed') continue
    const { contact } = event
    const isUsed = (await messenger.invitations()).every((open) => open.id !== id)
    if (!isUsed || before.has(contact.id) || contact.state !== 'contact') continue
    // Ours has to reach them, or they would wait for an answer until we are here again.
    await untilSent(messenger, contact.id, 10_000, signal)
    return contact
  }
  return undefined
}

function greet(terminal: Context['terminal'], contact: Contact): void {
  const name = nameOf(contact)
  terminal.say()
  terminal.say([span(name, 'strong'), span(' is your contact now.')])
  terminal.say(`Be sure that it is them: sotto verify ${quoted(name)}`)
}

export const list: RunOf<'invite list'> = (context) =>
  withMessenger(context, { isOffline: true }, async (messenger) => {
    const { terminal, now } = context
    const open = await messenger.invitations()
    if (open.length === 0 && terminal.isScreen)
      terminal.say('No link is open. Make one: sotto invite')
    for (const { id, link, nickname, expiresAtMillis } of open) {
      const left = expiresAtMillis - now()
      const state = left > 0 ? `good for ${spanShort(left)}` : 'expired'
      terminal.say(
        `${id.slice(0, 8)}  ${state}${nickname === undefined ? '' : `  for ${nickname}`}`,
      )
      terminal.say(`    ${link}`)
    }
  })

export const revoke: RunOf<'invite revoke'> = (context, { args }) =>
  withMessenger(context, { isOffline: false }, async (messenger) => {
    const found = (await messenger.invitations()).filter(({ id }) => id.startsWith(args.invitation))
    const [only] = found
    if (only === undefined) {
      throw new Refusal('No open link has an id that begins like this.\nSee: sotto invite list')
    }
    if (found.length > 1) {
      throw new Refusal('Several links begin like this. Give more of the id.', 'usage')
    }
    await messenger.revokeInvitation(only.id)
    context.terminal.say('The link lets nobody in any more.')
  })

export function quoted(name: string): string {
  return /^[\w.@-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`
}
