/**
 * @module Somebody for the other examples: a profile in memory, and its messenger on a relay.
 */
import { argon2id } from '@sotto/primitives/argon2'
import { openPrimitives } from '@sotto/primitives/provider'
import {
  createProfile,
  type Message,
  type Messenger,
  openMessenger,
  type Profile,
} from '@sotto/sdk'
import { webClock, webNetwork, webRandomness } from '@sotto/sdk/adapters/web'
import { openMemoryShelf } from '@sotto/sdk/storage/memory'

/** What the engine may use of the world. The cryptography is the fastest that this runtime has. */
export const ports = {
  primitives: await openPrimitives(),
  argon2id,
  random: webRandomness,
  clock: webClock,
  network: webNetwork(),
}

export const passphrase = 'correct horse battery staple'

export interface Person extends AsyncDisposable {
  readonly profile: Profile
  readonly messenger: Messenger
  /** 24 words, which are this person. A program shows them once, and forgets them. */
  readonly phrase: string
}

export async function openPerson(name: string, relay: string): Promise<Person> {
  const toMake = { name: name.toLowerCase(), passphrase }
  const { profile, phrase } = await createProfile(ports, openMemoryShelf(), toMake)
  const messenger = await openMessenger({ ...ports, profile, settings: { relay, name } })
  return {
    profile,
    messenger,
    phrase,
    async [Symbol.asyncDispose]() {
      await messenger.close()
      await profile[Symbol.asyncDispose]()
    },
  }
}

/** The next text that somebody else writes, from the moment of the call. */
export async function nextText(messenger: Messenger): Promise<Message> {
  for await (const event of messenger.events()) {
    if (event.type !== 'message') continue
    if (event.message.kind === 'text' && !event.message.isOwn) return event.message
  }
  throw new Error('Cannot wait for a text: the messenger was closed')
}
