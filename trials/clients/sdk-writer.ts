/**
 * @module Somebody who writes, in a process of their own that can be killed at any moment. What `send` has promised stands
 * on standard output before the next one is begun; with a bound they end when nothing waits any more.
 *
 * Arguments: a directory, a relay, what the texts begin with, how many, and the link of an invitation.
 */
import { writeSync } from 'node:fs'
import { argon2id } from '@sotto/primitives/argon2'
import { openPrimitives } from '@sotto/primitives/provider'
import { createProfile, type Messenger, openMessenger, openProfile } from '@sotto/sdk'
import { webClock, webNetwork, webRandomness } from '@sotto/sdk/adapters/web'
import { openSqliteShelf } from '@sotto/sdk/storage/sqlite'

const [directory = '', relay = '', beginning = '', count = '', link = ''] = process.argv.slice(2)
const passphrase = 'correct horse battery staple'
const name = 'writer'
const deps = {
  primitives: await openPrimitives(),
  argon2id,
  random: webRandomness,
  clock: webClock,
}
const shelf = openSqliteShelf(directory)

await using profile = (await shelf.names()).includes(name)
  ? await openProfile(deps, shelf, name, passphrase)
  : (await createProfile(deps, shelf, { name, passphrase })).profile
await using messenger = await openMessenger({
  ...deps,
  profile,
  network: webNetwork(),
  settings: { relay, name },
  failed: (error) => console.error(error),
})

const [known] = await messenger.contacts()
const { id } = known ?? (await messenger.acceptInvitation(link))
for (let i = 1; i <= Number(count); i++) {
  await messenger.send(id, `${beginning}${i}`)
  say(`${beginning}${i}`)
}
await untilAllIsSent(messenger)
say('all sent')

/** At once, also into a pipe: a line that is written here has left this process. */
function say(line: string): void {
  writeSync(1, `${line}\n`)
}

async function untilAllIsSent(of: Messenger): Promise<void> {
  const events = of.events()
  while ((await of.waiting()) > 0) await events.next()
}
