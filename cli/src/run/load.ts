/**
 * @module Which file does what a command says. Each is loaded when its command is run, and not before: a prompt is there
 * at once.
 */
import type { Context, RunOf } from '#context.ts'
import type { Line } from '#command/parse.ts'
import type { CommandName, GivenTo } from '#command/table.ts'
import type { Ending } from '#exit-codes.ts'

const loaders: { readonly [Name in CommandName]: () => Promise<RunOf<Name>> } = {
  init: async () => (await import('#commands/init.ts')).run,
  restore: async () => (await import('#commands/restore.ts')).run,
  lock: async () => (await import('#commands/lock.ts')).run,
  'profile list': async () => (await import('#commands/profile.ts')).list,
  'profile show': async () => (await import('#commands/profile.ts')).show,
  'profile rename': async () => (await import('#commands/profile.ts')).rename,
  'profile relay': async () => (await import('#commands/profile.ts')).relay,
  'profile passphrase': async () => (await import('#commands/profile.ts')).passphrase,
  'profile set': async () => (await import('#commands/profile.ts')).set,
  'profile delete': async () => (await import('#commands/profile.ts')).remove,
  invite: async () => (await import('#commands/invite.ts')).create,
  'invite list': async () => (await import('#commands/invite.ts')).list,
  'invite revoke': async () => (await import('#commands/invite.ts')).revoke,
  'contacts list': async () => (await import('#commands/contacts.ts')).list,
  'contacts add': async () => (await import('#commands/contacts.ts')).add,
  'contacts show': async () => (await import('#commands/contacts.ts')).show,
  'contacts accept': async () => (await import('#commands/contacts.ts')).accept,
  'contacts decline': async () => (await import('#commands/contacts.ts')).decline,
  'contacts nickname': async () => (await import('#commands/contacts.ts')).nickname,
  'contacts block': async () => (await import('#commands/contacts.ts')).block,
  'contacts unblock': async () => (await import('#commands/contacts.ts')).unblock,
  'contacts forget': async () => (await import('#commands/contacts.ts')).forget,
  'contacts accept-identity': async () => (await import('#commands/contacts.ts')).acceptIdentity,
  'contacts refuse-identity': async () => (await import('#commands/contacts.ts')).refuseIdentity,
  verify: async () => (await import('#commands/verify.ts')).run,
  chat: async () => (await import('#commands/chat.ts')).run,
  'channel create': async () => (await import('#commands/channel.ts')).create,
  'channel list': async () => (await import('#commands/channel.ts')).list,
  'channel show': async () => (await import('#commands/channel.ts')).show,
  'channel invite': async () => (await import('#commands/channel.ts')).invite,
  'channel join': async () => (await import('#commands/channel.ts')).join,
  'channel revoke': async () => (await import('#commands/channel.ts')).revoke,
  'channel rename': async () => (await import('#commands/channel.ts')).rename,
  'channel role': async () => (await import('#commands/channel.ts')).role,
  'channel remove': async () => (await import('#commands/channel.ts')).remove,
  'channel leave': async () => (await import('#commands/channel.ts')).leave,
  'channel forget': async () => (await import('#commands/channel.ts')).forget,
  timer: async () => (await import('#commands/timer.ts')).run,
  meet: async () => (await import('#commands/meet.ts')).run,
  'file send': async () => (await import('#commands/file.ts')).send,
  'file list': async () => (await import('#commands/file.ts')).list,
  'file save': async () => (await import('#commands/file.ts')).save,
  'backup create': async () => (await import('#commands/backup.ts')).create,
  'backup check': async () => (await import('#commands/backup.ts')).check,
  'backup restore': async () => (await import('#commands/backup.ts')).restore,
  send: async () => (await import('#commands/send.ts')).run,
  listen: async () => (await import('#commands/listen.ts')).run,
  bot: async () => (await import('#commands/bot.ts')).run,
  search: async () => (await import('#commands/search.ts')).run,
  doctor: async () => (await import('#commands/doctor.ts')).run,
  completion: async () => (await import('#commands/completion.ts')).run,
}

export function runLine(context: Context, { name, args, flags }: Line): Promise<Ending> {
  // The parser made them of the row of this name, with the reader of each entry.
  return start(context, name, { args, flags })
}

async function start<Name extends CommandName>(
  context: Context,
  name: Name,
  given: GivenTo<Name>,
): Promise<Ending> {
  const run = await loaders[name]()
  return (await run(context, given)) ?? 'ok'
}
