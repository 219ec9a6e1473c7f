/**
 * @module A channel with people in it, for tests of the engine.
 */
import type { Channel } from '#channels/view.ts'
import type { Message, Notice } from '#messages/message.ts'
import { type Person, World } from '#world-for-tests.ts'

export interface Stage {
  readonly world: World
  readonly people: readonly Person[]
  /** Of the channel, for each of them. */
  readonly ids: readonly string[]
  readonly ann: Person
  readonly bob: Person
  readonly cat: Person
  readonly anns: string
  readonly bobs: string
  readonly cats: string
}

/** A channel of Ann's that others have joined by a link. */
export async function stage(
  names: readonly string[] = ['Bob', 'Cat'],
  world: World = new World(),
): Promise<Stage> {
  const ann = await world.person('Ann')
  const { id } = await ann.messenger.channels.create({ name: 'Plants' })
  const link = await ann.messenger.channels.invite(id, { uses: Math.max(1, names.length) })
  const people = [ann]
  const ids = [id]
  for (const name of names) {
    const person = await world.person(name)
    ids.push((await person.messenger.channels.join(link)).id)
    people.push(person)
  }
  await world.settle()
  const [, bob = ann, cat = ann] = people
  const [, bobs = id, cats = id] = ids
  return { world, people, ids, ann, bob, cat, anns: id, bobs, cats }
}

export function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index]
  if (item === undefined) throw new RangeError('Nothing is there')
  return item
}

export const nameOf = ({ identity }: Person): string => identity.ed25519PublicKey.toHex()

export async function channelOf(person: Person, id: string): Promise<Channel> {
  const channel = await person.messenger.channels.get(id)
  if (channel === undefined) throw new Error('There is no channel')
  return channel
}

export async function membersOf(person: Person, id: string): Promise<readonly string[]> {
  return (await channelOf(person, id)).members.map(({ name = '?' }) => name)
}

export async function noticesOf(person: Person, id: string): Promise<readonly Notice[]> {
  const all = await person.messenger.history(id, { limit: 10_000 })
  return all.flatMap(({ notice }) => (notice === undefined ? [] : [notice]))
}

export async function lastOf(person: Person, id: string): Promise<Message> {
  const [message] = await person.messenger.history(id, { limit: 1 })
  if (message === undefined) throw new Error('Nothing was said')
  return message
}
