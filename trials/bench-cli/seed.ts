/**
 * @module A profile with a long history. A few messages are written as their owner would, and then copied record by
 * record: a hundred thousand that are sealed and queued one by one would take longer than everything that is measured.
 */
import { argon2id } from '@sotto/primitives/argon2'
import { openPrimitives } from '@sotto/primitives/provider'
import { createProfile, openMessenger, type Profile } from '@sotto/sdk'
import { webClock, webNetwork, webRandomness } from '@sotto/sdk/adapters/web'
import { openSqliteShelf } from '@sotto/sdk/storage/sqlite'
import { asObject, type JsonObject } from '#clients/json.ts'

export interface Seed {
  readonly home: string
  readonly passphrase: string
  readonly messages: number
  readonly conversations: number
}

const relay = 'http://127.0.0.1:9'
const batch = 2000

export async function seedProfile(seed: Seed): Promise<void> {
  const { home, passphrase, messages, conversations } = seed
  const primitives = await openPrimitives()
  const deps = { primitives, argon2id, random: webRandomness, clock: webClock }
  const shelf = openSqliteShelf(home)
  const open = (profile: Profile, name: string): ReturnType<typeof openMessenger> =>
    openMessenger({
      ...deps,
      profile,
      network: webNetwork(),
      isOffline: true,
      settings: { relay, name },
    })
  const { profile: created } = await createProfile(deps, shelf, { name: 'main', passphrase })
  await using profile = created
  {
    await using messenger = await open(profile, 'Owner')
    for (let i = 0; i < conversations; i++) {
      const link = await linkOf(i)
      const { id } = await messenger.acceptInvitation(link)
      await messenger.send(id, 'We meet at six, and the keys are with Maren.')
    }
  }
  await copyMessages(profile, Math.ceil(messages / conversations))
  await using messenger = await open(profile, 'Owner')
  const [first] = await messenger.conversations()
  const newest = (await messenger.history(first?.id ?? '', { limit: 1 })).at(-1)
  if (newest === undefined || newest.order < messages / conversations) {
    throw new Error('Cannot seed: the engine keeps messages in another way than this writes them')
  }

  async function linkOf(number: number): Promise<string> {
    const name = `other-${number}`
    const { profile: other } = await createProfile(deps, shelf, { name, passphrase })
    try {
      await using theirs = await open(other, `Person ${number}`)
      return (await theirs.invite()).link
    } finally {
      await other[Symbol.asyncDispose]()
      await shelf.remove(name)
    }
  }
}

/** `sdk/src/messages/message.ts` and `conversation.ts` say what these records are. */
async function copyMessages({ records }: Profile, each: number): Promise<void> {
  for (const { value: first } of await records.list('message', { limit: 1000 })) {
    const message = entriesOf(first)
    const conversation = String(message['conversation'])
    for (let from = 2; from <= each; from += batch) {
      const orders = Array.from({ length: Math.min(batch, each + 1 - from) }, (_, i) => from + i)
      await records.write(
        orders.map((order) => {
          const id = webRandomness(16).toHex()
          const copy = { ...message, id, order, status: 'delivered', body: `Message ${order}` }
          const place = `${conversation}/${order.toString(16).padStart(14, '0')}`
          return { kind: 'put', collection: 'message', id: place, value: bytesOf(copy) }
        }),
      )
    }
    const row = await records.get('conversation', conversation)
    if (row === undefined) throw new Error('Cannot seed: there is no conversation of the message')
    const value = bytesOf({ ...entriesOf(row), lastOrder: each, readOrder: each })
    await records.write([{ kind: 'put', collection: 'conversation', id: conversation, value }])
  }
}

function entriesOf(value: Uint8Array): JsonObject {
  return asObject(JSON.parse(new TextDecoder().decode(value)), 'record')
}

function bytesOf(value: JsonObject): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}
