/**
 * @module `sotto channel …`: what its members decide.
 */
import { quoted } from '#commands/invite.ts'
import { sayQr } from '#commands/say-qr.ts'
import type { Context, RunOf } from '#context.ts'
import { channelName } from '#directory.ts'
import type { Channel, Messenger } from '#engine.ts'
import type { Ending } from '#exit-codes.ts'
import { withoutSpaces } from '#link.ts'
import { contactsMeant, findContact, nameOf, shortIdentity } from '#names.ts'
import { Refusal } from '#refusal.ts'
import { span } from '#screen/ink.ts'
import { withMessenger } from '#session.ts'
import { inTime, untilOnline, untilSent } from '#waiting.ts'

const patienceMillis = 10_000

export const create: RunOf<'channel create'> = (context, { args }) =>
  online(context, async (messenger) => {
    const channel = await messenger.channels.create({ name: args.name })
    return `${named(channel)} is there. Let somebody in: sotto channel invite ${quoted(named(channel))} CONTACT`
  })

export const list: RunOf<'channel list'> = (context) =>
  withMessenger(context, { isOffline: true }, async (messenger) => {
    const { terminal } = context
    const all = await messenger.channels.all()
    if (all.length === 0 && terminal.isScreen)
      terminal.say('None yet. Make one: sotto channel create NAME')
    for (const channel of all) {
      terminal.say([
        span(`${channel.id.slice(0, 8)}  `, 'faint'),
        span(named(channel)),
        span(`  ${stageOf(channel)}`, 'faint'),
      ])
    }
  })

function stageOf({ stage, members, role }: Channel): string {
  switch (stage) {
    case 'creating':
      return 'waits for the relay'
    case 'joining':
      return 'waits to let you in'
    case 'member':
      return `${members.length} member${members.length === 1 ? '' : 's'}${role === 'admin' ? ', you are an admin' : ''}`
    case 'left':
      return 'you have left'
    case 'removed':
      return 'you were removed'
    case 'shut-out':
      return 'the relay does not let you in, and shows no reason that an admin has signed'
  }
}

export const show: RunOf<'channel show'> = (context, { args }) =>
  withMessenger(context, { isOffline: true }, async (messenger) => {
    const { terminal } = context
    const channel = await find(messenger, args.channel)
    terminal.say([span(named(channel), 'strong'), span(`  ${stageOf(channel)}`, 'faint')])
    if (channel.isForked) {
      terminal.say([
        span(
          'Somebody has signed what does not fit: nothing is sent until an admin goes on with one chain.',
          'care',
        ),
      ])
    }
    if (channel.needsNewer) terminal.say([span('A newer Sotto understands more of it.', 'care')])
    terminal.say()
    for (const { identity, role, name, isSelf } of channel.members) {
      terminal.say([
        span(`${identity.slice(0, 8)}  `, 'faint'),
        span(isSelf ? 'You' : (name ?? shortIdentity(identity))),
        span(role === 'admin' ? '  admin' : '', 'faint'),
      ])
    }
  })

export const invite: RunOf<'channel invite'> = (context, { args, flags }) =>
  online(context, async (messenger) => {
    const { terminal, signal } = context
    const channel = await find(messenger, args.channel)
    if (args.contact !== undefined) {
      const contact = findContact(await messenger.contacts(), args.contact)
      await messenger.channels.inviteContact(channel.id, contact.id, signal)
      return `${nameOf(contact)} gets a message with the way in.`
    }
    const terms = { uses: flags.uses, lifeMillis: flags.expires }
    const link = await messenger.channels.invite(channel.id, terms, signal)
    if (!terminal.isScreen) {
      terminal.emit(link)
      return undefined
    }
    terminal.say(
      flags.uses === 1
        ? 'This link lets one person in:'
        : `This link lets ${flags.uses} people in:`,
    )
    terminal.say()
    terminal.say(link)
    sayQr(terminal, link)
    return undefined
  })

export const join: RunOf<'channel join'> = (context, { args }) =>
  online(context, async (messenger) => {
    const channel = await messenger.channels.join(withoutSpaces(args.link))
    return channel.stage === 'member'
      ? `You are in ${named(channel)}. Talk: sotto chat ${quoted(named(channel))}`
      : 'You are let in as soon as the relay of the channel can be reached.'
  })

export const revoke: RunOf<'channel revoke'> = (context, { args }) =>
  decide(context, args.channel, async (messenger, channel) => {
    await messenger.channels.revokeInvites(channel.id)
    return 'No link that was given out lets anybody in any more.'
  })

export const rename: RunOf<'channel rename'> = (context, { args }) =>
  decide(
    context,
    args.channel,
    async (messenger, channel) =>
      `It is called ${named(await messenger.channels.rename(channel.id, args.name))} now.`,
  )

export const role: RunOf<'channel role'> = (context, { args }) =>
  decide(context, args.channel, async (messenger, channel) => {
    const { identity, name } = memberMeant(channel, args.member)
    const wanted = args.role === 'admin' ? 'admin' : 'member'
    await messenger.channels.setRole(channel.id, identity, wanted)
    return `${name} is ${wanted === 'admin' ? 'an admin' : 'an ordinary member'} now.`
  })

export const remove: RunOf<'channel remove'> = (context, { args }) =>
  decide(context, args.channel, async (messenger, channel) => {
    const { identity, name } = memberMeant(channel, args.member)
    await messenger.channels.remove(channel.id, identity)
    return `${name} reads nothing that is said from now on.`
  })

export const leave: RunOf<'channel leave'> = (context, { args }) =>
  decide(context, args.channel, async (messenger, channel) => {
    await messenger.channels.leave(channel.id)
    return `You have left ${named(channel)}. What was said stays here: sotto channel forget`
  })

export const forget: RunOf<'channel forget'> = (context, { args, flags }) =>
  withMessenger<Ending>(context, { isOffline: true }, async (messenger) => {
    const { terminal } = context
    const channel = await find(messenger, args.channel)
    if (!flags.yes) {
      const answer = await terminal.ask(
        `Delete ${named(channel)} and everything that was said? [y/N] `,
      )
      if (!/^y(es)?$/i.test(answer.trim())) {
        terminal.say('Nothing was deleted.')
        return 'failed'
      }
    }
    await messenger.channels.forget(channel.id)
    terminal.say(`${named(channel)} is forgotten.`)
    return 'ok'
  })

function named(channel: Channel): string {
  return channelName(channel)
}

async function find(messenger: Messenger, given: string): Promise<Channel> {
  const all = await messenger.channels.all()
  const rooms = all.map((channel) => ({
    id: channel.id,
    identity: '',
    name: named(channel),
    channel,
  }))
  if (rooms.length === 0) {
    throw new Refusal('You are in no channel yet.\nMake one: sotto channel create NAME', 'usage')
  }
  return findContact(rooms, given).channel
}

function memberMeant(
  channel: Channel,
  given: string,
): { readonly identity: string; readonly name: string } {
  const members = channel.members.map(({ identity, name }) => ({ id: identity, identity, name }))
  const found = contactsMeant(members, given)
  const [only] = found
  if (only !== undefined && found.length === 1)
    return { identity: only.identity, name: nameOf(only) }
  throw new Refusal(
    found.length === 0
      ? `Nobody in ${named(channel)} is called like this.\nSee: sotto channel show ${quoted(named(channel))}`
      : 'Several members are called like this. Say which by the beginning of their identity: sotto channel show',
    'usage',
  )
}

/** What is decided stands when the relay has it; without the relay it is kept, and goes the next time. */
async function online(
  context: Context,
  step: (messenger: Messenger) => Promise<string | undefined>,
): Promise<void> {
  await withMessenger(context, { isOffline: false }, async (messenger) => {
    const { terminal, signal } = context
    if (!(await inTime(patienceMillis, (inner) => untilOnline(messenger, inner), signal))) {
      throw new Refusal(
        'The relay cannot be reached, and nothing was decided.\nsotto doctor looks for the reason.',
      )
    }
    const said = await step(messenger)
    if (said !== undefined) terminal.say(said)
    await untilSent(messenger, undefined, patienceMillis, signal)
  })
}

function decide(
  context: Context,
  given: string,
  step: (messenger: Messenger, channel: Channel) => Promise<string>,
): Promise<void> {
  return online(context, async (messenger) => step(messenger, await find(messenger, given)))
}
