/**
 * What a relay can do to a channel whose members do not believe it; and a member who wishes no good.
 */
import { describe, expect, test } from 'vitest'
import type { Identity } from '@sotto/signal'
import { primitives } from '#cards/people-for-tests.ts'
import { chains, channels } from '#channels/channel.ts'
import { type Later, makeLater, sealRecord } from '#channels/record.ts'
import { at, channelOf, membersOf, nameOf, noticesOf, stage } from '#channels/stage-for-tests.ts'
import type { ChannelRecord, HistoryMessage } from '#relay/live/requests.ts'
import type { Person, World } from '#world-for-tests.ts'

const minute = 60_000
const hour = 60 * minute

/** As somebody with the channel's secret would write it, whoever they are. */
async function forged(
  world: World,
  insider: Person,
  id: string,
  author: Identity,
  later: Later,
  place: { readonly number?: number; readonly previous?: string } = {},
): Promise<Uint8Array> {
  const channel = await channels.get(insider.records, id)
  const state = await chains.get(insider.records, id)
  if (channel === undefined || state === undefined) throw new Error('There is no channel')
  const where = { channel: state.channel, number: state.number + 1, previous: state.hash, ...place }
  const { signed } = makeLater(primitives, author, later, where, world.clock.now())
  return sealRecord(primitives, world.random, channel, signed)
}

/** Puts something behind the records, as a relay could that helps somebody. */
function slip({ relay }: World, record: Uint8Array): void {
  const { records } = relay.channels.only
  records.push({ number: records.length + 1, record })
}

async function readAll(world: World, people: readonly Person[]): Promise<void> {
  for (const person of people) {
    await person.goOffline()
    await person.goOnline()
  }
  await world.settle()
}

describe('a relay that serves records of its own', () => {
  test('makes nobody a member, and stops nobody', async () => {
    const { world, people, ann, bob, anns, bobs } = await stage(['Bob'])
    const eve = await world.person('Eve')
    const { ed25519PublicKey: member } = eve.identity
    const add = { type: 'add', member, role: 'admin' } as const
    slip(world, world.random(600))
    slip(world, new Uint8Array(0))
    // Even with the secret, from whoever has none of the signatures.
    slip(world, await forged(world, ann, anns, eve.identity, add))
    slip(world, await forged(world, ann, anns, eve.identity, { type: 'revoke' }))
    world.relay.channels.only.members.set(nameOf(eve), { joinedAfter: 0, role: 'owner' })
    await readAll(world, people)
    expect(await membersOf(bob, bobs)).toEqual(['Ann', 'Bob'])
    await ann.messenger.channels.rename(anns, 'Trees')
    await bob.messenger.send(bobs, 'Not for Eve')
    await world.settle()
    expect(await channelOf(bob, bobs)).toMatchObject({ name: 'Trees', isForked: false })
    expect(await ann.texts(anns)).toEqual(['Not for Eve'])
    // What Eve can see is no letter to her, and no record that says she is one of them.
    expect(world.failures).toEqual([])
  })

  test('cannot make a member an admin, whatever the member signs', async () => {
    const { world, people, ann, bob, cat, anns, bobs, cats } = await stage()
    const up = { type: 'role', member: cat.identity.ed25519PublicKey, role: 'admin' } as const
    slip(world, await forged(world, cat, cats, cat.identity, up))
    const out = { type: 'remove', member: bob.identity.ed25519PublicKey } as const
    slip(world, await forged(world, cat, cats, cat.identity, out))
    await readAll(world, people)
    for (const [person, id] of [
      [ann, anns],
      [bob, bobs],
      [cat, cats],
    ] as const) {
      const { members, isForked } = await channelOf(person, id)
      expect(isForked).toBe(false)
      expect(members.map(({ role }) => role)).toEqual(['admin', 'member', 'member'])
    }
  })
})

describe('a relay that keeps a record to itself', () => {
  test('is noticed at the next record', async () => {
    const { world, ann, bob, cat, anns, bobs } = await stage()
    const hidden = world.relay.channels.only.records.length + 1
    const lacking = (_: string, records: readonly ChannelRecord[]): readonly ChannelRecord[] =>
      records.filter(({ number }) => number !== hidden)
    world.relay.channels.mischief = {
      showsRecords: (reader, all) => (reader === nameOf(bob) ? lacking(reader, all) : all),
    }
    await ann.messenger.channels.remove(anns, nameOf(cat))
    await ann.messenger.channels.rename(anns, 'Trees')
    await world.settle()
    expect(await channelOf(bob, bobs)).toMatchObject({ isForked: true, name: 'Plants' })
    expect((await noticesOf(bob, bobs)).at(-1)).toEqual({ kind: 'forked' })
    // What Bob says is not encrypted for whom he still takes for a member.
    await bob.messenger.send(bobs, 'Careful')
    await world.pass(minute)
    expect(await bob.statuses(bobs)).toEqual(['queued'])
    expect(world.relay.channels.only.posts).toHaveLength(0)
  })

  test('is noticed at the next message, when it is the last one', async () => {
    const { world, ann, bob, cat, anns, bobs } = await stage()
    const last = world.relay.channels.only.records.length
    world.relay.channels.mischief = {
      showsRecords: (reader, all) => (reader === nameOf(bob) ? all.slice(0, last) : all),
    }
    await ann.messenger.channels.remove(anns, nameOf(cat))
    await world.settle()
    expect(await channelOf(bob, bobs)).toMatchObject({ isForked: false })
    await ann.messenger.send(anns, 'Without Cat')
    await world.settle()
    expect(await bob.texts(bobs)).toEqual(['Without Cat'])
    expect(await channelOf(bob, bobs)).toMatchObject({ isForked: true })
  })
})

describe('another chain', () => {
  test('of two admins whom the relay has deceived is seen by both, and neither sends', async () => {
    const { world, ann, bob, anns, bobs } = await stage(['Bob'])
    await ann.messenger.channels.setRole(anns, nameOf(bob), 'admin')
    await world.settle()
    const { channels: fake } = world.relay
    const common = fake.only.records.length
    await bob.goOffline()
    await ann.messenger.channels.rename(anns, 'Trees')
    await world.settle()
    const ofAnn = [...fake.only.records]
    // Bob is shown a channel without it, and writes what he likes in its place.
    fake.only.records.length = common
    await ann.goOffline()
    await bob.goOnline()
    await bob.messenger.channels.rename(bobs, 'Flowers')
    await bob.messenger.send(bobs, 'Flowers it is')
    await world.settle()
    expect(await channelOf(bob, bobs)).toMatchObject({ name: 'Flowers', isForked: false })
    const ofBob = [...fake.only.records]
    fake.mischief = { showsRecords: (reader) => (reader === nameOf(bob) ? ofBob : ofAnn) }
    await ann.goOnline()
    await world.settle()
    expect(await channelOf(ann, anns)).toMatchObject({ name: 'Trees', isForked: true })
    await ann.messenger.send(anns, 'Trees it is')
    await world.pass(minute)
    expect(await ann.statuses(anns)).toEqual(['queued'])
    expect(await bob.texts(bobs)).toEqual(['Flowers it is'])
    expect(world.failures).toEqual([])
  })

  test('stops the channel until an admin goes on, and shows who has signed it', async () => {
    const { world, people, ann, bob, cat, anns, bobs, cats } = await stage()
    const odd = await forged(world, cat, cats, cat.identity, { type: 'leave' }, { number: 2 })
    slip(world, odd)
    await readAll(world, people)
    expect(await channelOf(bob, bobs)).toMatchObject({ isForked: true })
    const notice = (await bob.messenger.history(bobs)).at(-1)
    expect(notice).toMatchObject({ sender: nameOf(cat), notice: { kind: 'forked' } })
    await bob.messenger.send(bobs, 'Waits')
    await world.settle()
    expect(await ann.texts(anns)).toEqual([])
    await ann.messenger.channels.remove(anns, nameOf(cat))
    await world.settle()
    expect(await channelOf(bob, bobs)).toMatchObject({ isForked: false })
    expect(await ann.texts(anns)).toEqual(['Waits'])
    expect(world.failures).toEqual([])
  })
})

describe('a relay that does things to messages', () => {
  test('shows none twice, and none that was moved or given to somebody else', async () => {
    const { world, ann, bob, cat, anns, bobs, cats } = await stage()
    const other = await ann.messenger.channels.create({ name: 'Other' })
    const link = await ann.messenger.channels.invite(other.id)
    const bobsOther = (await bob.messenger.channels.join(link)).id
    await ann.messenger.send(anns, 'Once')
    await world.settle()
    const [plants, theOther] = [...world.relay.channels.byId.values()]
    const post = plants?.posts[0]
    if (post === undefined || theOther === undefined) throw new Error('Nothing was posted')
    const again = (of: readonly HistoryMessage[], sender = post.sender): HistoryMessage => {
      return { ...post, sender, id: of.length + 1 }
    }
    plants?.posts.push(again(plants.posts))
    plants?.posts.push(again(plants.posts, cat.identity.ed25519PublicKey))
    plants?.posts.push(again(plants.posts, (await world.person('Eve')).identity.ed25519PublicKey))
    theOther.posts.push(again(theOther.posts))
    const damaged = post.payload.slice()
    damaged[100] = (damaged[100] ?? 0) ^ 1
    plants?.posts.push({ ...again(plants.posts), payload: damaged })
    plants?.posts.push({ ...again(plants.posts), payload: world.random(100_000) })
    await readAll(world, [ann, bob, cat])
    await world.pass(25 * hour)
    expect(await bob.texts(bobs)).toEqual(['Once'])
    expect(await cat.texts(cats)).toEqual(['Once'])
    expect(await bob.texts(bobsOther)).toEqual([])
    await ann.messenger.send(anns, 'And on')
    await world.settle()
    expect(await bob.texts(bobs)).toEqual(['Once', 'And on'])
    expect(world.failures).toEqual([])
  })

  test('and pushes what is not in the history, changes nothing', async () => {
    const { world, ann, bob, anns, bobs } = await stage(['Bob'])
    const { ed25519PublicKey: sender } = ann.identity
    const channel = Uint8Array.fromHex((await channels.get(bob.records, bobs))?.channel ?? '')
    const bogus = { id: 1_000_000, acceptedAtMillis: 0, sender, payload: world.random(512) }
    world.relay.channels.push(bob.identity, channel, bogus)
    await world.settle()
    await ann.messenger.send(anns, 'Here')
    await world.settle()
    expect(await bob.texts(bobs)).toEqual(['Here'])
    expect(world.failures).toEqual([])
  })

  test('helps nobody to speak who was removed', async () => {
    const { world, ann, bob, cat, anns, bobs, cats } = await stage()
    await cat.messenger.send(cats, 'Mine')
    await world.settle()
    // Cat knows of nothing, and the relay takes what Cat says.
    world.relay.channels.mischief = {
      showsRecords: (reader, all) => (reader === nameOf(cat) ? all.slice(0, 3) : all),
      isMute: () => true,
    }
    await ann.messenger.channels.remove(anns, nameOf(cat))
    world.relay.channels.only.members.set(nameOf(cat), { joinedAfter: 0, role: 'member' })
    await readAll(world, [ann, bob])
    await cat.messenger.send(cats, 'Just before')
    await readAll(world, [ann, bob])
    // Within the hour it may be what was on its way.
    expect(await bob.texts(bobs)).toEqual(['Mine', 'Just before'])
    await world.pass(2 * hour)
    await cat.messenger.send(cats, 'Much later')
    await readAll(world, [ann, bob])
    expect(await bob.texts(bobs)).toEqual(['Mine', 'Just before'])
    expect(await ann.texts(anns)).toEqual(['Mine', 'Just before'])
    await ann.messenger.send(anns, 'Nothing for Cat')
    await readAll(world, [bob, cat])
    expect(await bob.texts(bobs)).toContain('Nothing for Cat')
    expect(await cat.texts(cats)).toEqual(['Mine', 'Just before', 'Much later'])
  })
})

describe('a member whose program takes them for an admin', () => {
  test('takes nothing away that others have said, and changes nothing', async () => {
    const { world, ann, bob, cat, anns, bobs, cats } = await stage()
    const said = await ann.messenger.send(anns, 'Stays')
    await world.settle()
    await raise(cat, cats)
    await cat.messenger.deleteForAll(cats, said.id)
    await cat.messenger.channels.rename(cats, 'Mine')
    await world.settle()
    for (const [person, id] of [
      [ann, anns],
      [bob, bobs],
    ] as const) {
      expect(await person.texts(id)).toEqual(['Stays'])
      expect(await channelOf(person, id)).toMatchObject({ name: 'Plants', isForked: false })
    }
    await ann.messenger.send(anns, 'And on')
    await world.settle()
    expect(await bob.texts(bobs)).toEqual(['Stays', 'And on'])
  })

  /** In their own records, where nobody else looks. */
  async function raise(person: Person, id: string): Promise<void> {
    const state = await chains.get(person.records, id)
    const member = state?.members[nameOf(person)]
    if (state === undefined || member === undefined) throw new Error('They are no member')
    const members = { ...state.members, [nameOf(person)]: { ...member, role: 'admin' } }
    const value = new TextEncoder().encode(JSON.stringify({ ...state, members }))
    await person.records.write([{ kind: 'put', collection: 'channel-chain', id, value }])
  }
})

describe('strangers', () => {
  test('who know where a member reads are not heard, and cost little', async () => {
    const { world, bob, bobs } = await stage(['Bob'])
    const eve = await world.person('Eve')
    const state = await chains.get(bob.records, bobs)
    const address = state?.members[nameOf(bob)]?.address ?? ''
    const [toBob] = await eve.meet(bob)
    await world.pass(minute)
    // A contact of Bob's who writes to the address that is for members.
    for (let i = 0; i < 100; i++) await eve.messenger.send(toBob, `${i}`)
    await world.settle()
    const letters = world.relay.seen.slice(-100)
    const relay = world.relay.deposits()
    for (const { payload } of letters) {
      await relay.send(Uint8Array.fromHex(address), payload, AbortSignal.timeout(1000))
    }
    await world.pass(minute)
    expect(await bob.texts(bobs)).toEqual([])
    expect(world.relay.waiting).toBe(0)
    expect(await bob.messenger.contacts()).toHaveLength(1)
    expect(at(await bob.messenger.channels.all(), 0).members).toHaveLength(2)
    expect(world.failures).toEqual([])
  })
})
