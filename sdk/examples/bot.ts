/**
 * @module A bot that says back what it is told. Its profile is in a folder; whoever has the invitation that it prints can
 * write to it, and then it prints the next one. It may be ended at any moment: what counts as answered is on disk.
 *
 *     bun sdk/examples/bot.ts RELAY_URL [FOLDER]
 */
import { argon2id } from '@sotto/primitives/argon2'
import { openPrimitives } from '@sotto/primitives/provider'
import { createProfile, openMessenger, openProfile } from '@sotto/sdk'
import { webClock, webNetwork, webRandomness } from '@sotto/sdk/adapters/web'
import { openSqliteShelf } from '@sotto/sdk/storage/sqlite'

const [relay = '', folder = 'data/bot'] = process.argv.slice(2)
const passphrase = process.env.BOT_PASSPHRASE ?? 'correct horse battery staple'
const ports = { argon2id, clock: webClock, random: webRandomness, network: webNetwork() }
const deps = { ...ports, primitives: await openPrimitives() }
const shelf = openSqliteShelf(folder)
await using profile = (await shelf.names()).includes('bot')
  ? await openProfile(deps, shelf, 'bot', passphrase)
  : (await createProfile(deps, shelf, { name: 'bot', passphrase })).profile
await using bot = await openMessenger({ ...deps, profile, settings: { relay, name: 'Echo' } })

const events = bot.events()
console.log((await bot.invite()).link)
for await (const event of events) {
  if (event.type !== 'message') continue
  if (event.message.notice?.kind === 'joined') console.log((await bot.invite()).link)
  const history = await bot.history(event.message.conversation)
  for (const { id, conversation, kind, isOwn, body } of history) {
    if (kind !== 'text' || isOwn || history.some(({ replyTo }) => replyTo === id)) continue
    await bot.send(conversation, { body: `You said: ${body}`, replyTo: id })
  }
}
