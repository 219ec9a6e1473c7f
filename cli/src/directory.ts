/**
 * @module Who and what there is to write to: contacts and channels, and what everybody in them is called.
 */
import type { Channel, Contact, Messenger, MessengerEvent } from '#engine.ts'
import { findContact, type Nameable, nameOf, shortIdentity } from '#names.ts'

export interface Directory {
  /** By id, which is also that of the conversation. */
  readonly contacts: ReadonlyMap<string, Contact>
  readonly channels: ReadonlyMap<string, Channel>
  /** Our own identity. */
  readonly self: string
}

type Source = Pick<Messenger, 'contacts' | 'channels' | 'identity'>

export async function readDirectory(messenger: Source): Promise<Directory> {
  const [contacts, channels] = await Promise.all([messenger.contacts(), messenger.channels.all()])
  return {
    contacts: byId(contacts),
    channels: byId(channels),
    self: messenger.identity,
  }
}

function byId<Each extends { readonly id: string }>(
  all: readonly Each[],
): ReadonlyMap<string, Each> {
  return new Map(all.map((each) => [each.id, each]))
}

export function conversationName({ contacts, channels }: Directory, id: string): string {
  const contact = contacts.get(id)
  if (contact !== undefined) return nameOf(contact)
  const channel = channels.get(id)
  return channel === undefined ? 'Somebody' : channelName(channel)
}

/** As long as its records were not read it has none. */
export function channelName({ name }: Pick<Channel, 'name'>): string {
  return name === '' ? 'A channel' : name
}

/** `You` for ourselves. */
export function personName(
  { contacts, channels, self }: Directory,
  conversation: string,
  identity: string,
): string {
  if (identity === self) return 'You'
  const contact = contacts.get(conversation)
  if (contact?.identity === identity) return nameOf(contact)
  const member = channels.get(conversation)?.members.find((each) => each.identity === identity)
  if (member?.name !== undefined) return member.name
  // Who has left is no member any more, and may be known all the same.
  const known = [...contacts.values()].find((each) => each.identity === identity)
  return known === undefined ? shortIdentity(identity) : nameOf(known)
}

/** A contact or a channel, or a sentence that says why not. */
export function findConversation({ contacts, channels }: Directory, given: string): Nameable {
  const rooms = [...channels.values()].map((channel): Nameable => ({
    id: channel.id,
    identity: '',
    name: channelName(channel),
  }))
  return findContact([...contacts.values(), ...rooms], given)
}

/** A directory that is kept up to date by what happens. */
export class LiveDirectory implements Directory {
  readonly self: string
  readonly #messenger: Source
  readonly #contacts: Map<string, Contact>
  readonly #channels: Map<string, Channel>

  private constructor(messenger: Source, { contacts, channels, self }: Directory) {
    this.#messenger = messenger
    this.#contacts = new Map(contacts)
    this.#channels = new Map(channels)
    this.self = self
  }

  static async of(messenger: Source): Promise<LiveDirectory> {
    return new LiveDirectory(messenger, await readDirectory(messenger))
  }

  get contacts(): ReadonlyMap<string, Contact> {
    return this.#contacts
  }

  get channels(): ReadonlyMap<string, Channel> {
    return this.#channels
  }

  async note(event: MessengerEvent): Promise<void> {
    switch (event.type) {
      case 'contact-changed':
      case 'request':
        this.#contacts.set(event.contact.id, event.contact)
        break
      case 'channel-changed':
        await this.#lookAt(event.channel)
        break
      case 'message':
        // Who has joined is told before the channel is another.
        if (event.message.kind === 'notice' && this.#channels.has(event.message.conversation)) {
          await this.#lookAt(event.message.conversation)
        }
        break
      default:
        break
    }
  }

  async #lookAt(id: string): Promise<void> {
    const channel = await this.#messenger.channels.get(id)
    if (channel === undefined) this.#channels.delete(id)
    else this.#channels.set(id, channel)
  }
}
