import { describe, expect, test } from 'vitest'
import {
  at,
  channelOf,
  lastOf,
  membersOf,
  nameOf,
  noticesOf,
  stage,
} from '#channels/stage-for-tests.ts'
import { World } from '#world-for-tests.ts'

const minute = 60_000
const day = 24 * 60 * minute

describe('a channel', () => {
  test('is made, joined by a link, and everybody sees the same', async () => {
    const { world, people, ids } = await stage()
    for (const [i, person] of people.entries()) {
      const channel = await channelOf(person, at(ids, i))
      expect(channel).toMatchObject({ stage: 'member', name: 'Plants', isForked: false })
      expect(channel.members.map(({ name, role }) => `${name}: ${role}`)).toEqual([
        'Ann: admin',
        'Bob: member',
        'Cat: member',
      ])
    }
    expect(world.failures).toEqual([])
  })

  test('carries what its members say, to each of them, in order, once', async () => {
    const { world, people, ids, ann, bob, cat, anns, bobs, cats } = await stage()
    await ann.messenger.send(anns, '1')
    await world.settle()
    await bob.messenger.send(bobs, '2')
    await bob.messenger.send(bobs, '3')
    await world.settle()
    await cat.messenger.send(cats, '4')
    await world.settle()
    for (const [i, person] of people.entries()) {
      expect(await person.texts(at(ids, i))).toEqual(['1', '2', '3', '4'])
      expect(await person.messenger.contacts()).toEqual([])
      expect((await person.messenger.conversations()).map(({ kind }) => kind)).toEqual(['channel'])
    }
    expect(await bob.statuses(bobs)).toEqual(['accepted', 'accepted'])
    expect(world.relay.waiting).toBe(0)
    expect(world.failures).toEqual([])
  })

  test('shows who came, and to nobody what was before them', async () => {
    const { world, ann, bob, cat, anns, bobs, cats } = await stage(['Bob'])
    expect(cat).toBe(ann)
    expect(cats).toBe(anns)
    await ann.messenger.send(anns, 'Before')
    await world.settle()
    const link = await ann.messenger.channels.invite(anns)
    const dan = await world.person('Dan')
    const { id } = await dan.messenger.channels.join(link)
    await world.settle()
    await ann.messenger.send(anns, 'After')
    await world.settle()
    expect(await dan.texts(id)).toEqual(['After'])
    expect(await bob.texts(bobs)).toEqual(['Before', 'After'])
    expect(await noticesOf(bob, bobs)).toEqual([
      { kind: 'member', identity: nameOf(bob), change: 'joined' },
      { kind: 'member', identity: nameOf(dan), change: 'joined' },
    ])
    expect(await noticesOf(dan, id)).toEqual([
      { kind: 'member', identity: nameOf(dan), change: 'joined' },
    ])
    expect(world.failures).toEqual([])
  })

  test('is answered, reacted to, edited and deleted in, by authors and admins', async () => {
    const { world, ann, bob, cat, anns, bobs, cats } = await stage()
    const said = await bob.messenger.send(bobs, 'Helo')
    await world.settle()
    await cat.messenger.send(cats, {
      body: 'What?',
      replyTo: said.id,
      mentions: [nameOf(bob)],
    })
    await cat.messenger.react(cats, said.id, '👍')
    await bob.messenger.edit(bobs, said.id, 'Hello')
    await world.settle()
    expect(await ann.messenger.message(anns, said.id)).toMatchObject({
      body: 'Hello',
      sender: nameOf(bob),
      reactions: { [nameOf(cat)]: { emoji: '👍' } },
    })
    expect(await lastOf(ann, anns)).toMatchObject({ replyTo: said.id, mentions: [nameOf(bob)] })
    await expect(cat.messenger.edit(cats, said.id, 'Mine')).rejects.toMatchObject({
      code: 'not-allowed',
    })
    await expect(cat.messenger.deleteForAll(cats, said.id)).rejects.toMatchObject({
      code: 'not-allowed',
    })
    await ann.messenger.deleteForAll(anns, said.id)
    await world.settle()
    for (const [person, id] of [
      [bob, bobs],
      [cat, cats],
    ] as const) {
      expect(await person.messenger.message(id, said.id)).toMatchObject({ isDeleted: true })
    }
    const own = await cat.messenger.send(cats, 'Mine')
    await cat.messenger.deleteForAll(cats, own.id)
    await world.settle()
    expect(await ann.messenger.message(anns, own.id)).toMatchObject({ isDeleted: true, body: '' })
    expect(world.failures).toEqual([])
  })

  test('has a name, a picture and a timer, which admins change', async () => {
    const { world, ann, bob, anns, bobs } = await stage()
    await ann.messenger.channels.rename(anns, 'Trees', Uint8Array.of(1, 2))
    await ann.messenger.setTimer(anns, 60)
    await world.settle()
    expect(await channelOf(bob, bobs)).toMatchObject({
      name: 'Trees',
      picture: '0102',
      timerSeconds: 60,
    })
    await expect(bob.messenger.channels.rename(bobs, 'Mine')).rejects.toMatchObject({
      code: 'not-allowed',
    })
    await bob.messenger.send(bobs, 'Soon gone')
    await world.settle()
    await ann.messenger.markRead(anns)
    await world.pass(2 * minute)
    expect(await ann.texts(anns)).toEqual([])
    expect(await bob.texts(bobs)).toEqual([])
    expect((await noticesOf(bob, bobs)).slice(-2)).toEqual([
      { kind: 'name', name: 'Trees' },
      { kind: 'timer', seconds: 60 },
    ])
    expect(bob.events.filter(({ type }) => type === 'channel-changed').length).toBeGreaterThan(2)
  })

  test('counts what was not read, and tells nobody what was', async () => {
    const { world, ann, bob, anns, bobs } = await stage()
    await ann.messenger.choose({ sendsReadReceipts: true })
    await bob.messenger.send(bobs, '1')
    await bob.messenger.send(bobs, '2')
    await world.settle()
    expect(await ann.messenger.conversation(anns)).toMatchObject({ unread: 2, preview: '2' })
    await ann.messenger.markRead(anns)
    await world.pass(minute)
    expect(await ann.messenger.conversation(anns)).toMatchObject({ unread: 0 })
    expect(await bob.statuses(bobs)).toEqual(['accepted', 'accepted'])
  })
})

describe('who is removed', () => {
  test('reads nothing that is said afterwards, also with the help of the relay', async () => {
    const { world, ann, bob, cat, anns, bobs, cats } = await stage()
    for (const [person, id] of [
      [ann, anns],
      [bob, bobs],
      [cat, cats],
    ] as const) {
      await person.messenger.send(id, `From ${person.name}`)
    }
    await world.settle()
    await ann.messenger.channels.remove(anns, nameOf(cat))
    await world.settle()
    expect(await channelOf(cat, cats)).toMatchObject({ stage: 'removed', role: undefined })
    expect((await noticesOf(cat, cats)).at(-1)).toEqual({
      kind: 'member',
      identity: nameOf(cat),
      change: 'removed',
    })
    await expect(cat.messenger.send(cats, 'Still here')).rejects.toMatchObject({
      code: 'not-a-member',
    })
    const before = world.relay.seen.length
    await bob.messenger.send(bobs, 'Without Cat')
    await world.settle()
    expect(await ann.texts(anns)).toContain('Without Cat')
    expect(await membersOf(bob, bobs)).toEqual(['Ann', 'Bob'])
    // One letter with Bob's new key went, and it went to Ann.
    expect(world.relay.seen.slice(before)).toHaveLength(1)
    expect(await cat.texts(cats)).toHaveLength(3)
    expect(world.failures).toEqual([])
  })

  test('does not read what was encrypted before and had not gone out', async () => {
    const { world, ann, bob, cat, anns, bobs, cats } = await stage()
    await bob.messenger.send(bobs, 'For all')
    await world.settle()
    world.relay.channels.mischief = { losesRequest: (question) => question === 'post' }
    await bob.messenger.send(bobs, 'Late')
    await world.settle()
    // Cat hears of nothing, and the relay shows Cat all that is posted.
    world.relay.channels.mischief = {
      losesRequest: (question) => question === 'post',
      showsRecords: (reader, all) => (reader === nameOf(cat) ? all.slice(0, 3) : all),
    }
    await ann.messenger.channels.remove(anns, nameOf(cat))
    world.relay.channels.only.members.set(nameOf(cat), { joinedAfter: 0, role: 'member' })
    await world.settle()
    world.relay.channels.mischief = {
      showsRecords: (reader, all) => (reader === nameOf(cat) ? all.slice(0, 3) : all),
    }
    await world.pass(minute)
    expect(await ann.texts(anns)).toEqual(['For all', 'Late'])
    expect(world.relay.channels.only.posts).toHaveLength(2)
    await cat.restart()
    await world.pass(minute)
    expect(await cat.texts(cats)).toEqual(['For all'])
    expect(world.failures).toEqual([])
  })

  test('cannot come back by a link, and can when an admin invites them', async () => {
    const { world, ann, bob, anns, bobs } = await stage(['Bob'])
    const link = await ann.messenger.channels.invite(anns, { uses: 5 })
    await ann.messenger.channels.remove(anns, nameOf(bob))
    await world.settle()
    await expect(bob.messenger.channels.join(link)).rejects.toMatchObject({ code: 'not-allowed' })
    expect(await channelOf(bob, bobs)).toMatchObject({ stage: 'left' })
    const [toBob, toAnn] = await ann.meet(bob)
    await ann.messenger.channels.inviteContact(anns, toBob)
    await world.settle()
    const notice = (await lastOf(bob, toAnn)).notice
    expect(notice).toMatchObject({ kind: 'channel-invite', name: 'Plants' })
    if (notice?.kind !== 'channel-invite') throw new Error('Nobody was invited')
    expect(await bob.messenger.channels.join(notice.link)).toMatchObject({
      id: bobs,
      stage: 'member',
    })
    await world.settle()
    await bob.messenger.send(bobs, 'Back')
    await ann.messenger.send(anns, 'Good')
    await world.settle()
    expect((await ann.texts(anns)).toSorted()).toEqual(['Back', 'Good'])
    expect((await bob.texts(bobs)).toSorted()).toEqual(['Back', 'Good'])
    expect(world.failures).toEqual([])
  })

  test('learns of it when they were away, as far as the relay tells', async () => {
    const { world, ann, bob, anns, bobs } = await stage()
    await bob.goOffline()
    await bob.messenger.send(bobs, 'Too late')
    await ann.messenger.channels.remove(anns, nameOf(bob))
    await world.settle()
    await bob.goOnline()
    await world.pass(minute)
    expect(await channelOf(bob, bobs)).toMatchObject({ stage: 'shut-out' })
    await expect(bob.messenger.send(bobs, 'No')).rejects.toMatchObject({ code: 'not-a-member' })
    expect(await ann.texts(anns)).toEqual([])
    expect(world.failures).toEqual([])
  })
})

describe('whoever leaves', () => {
  test('is gone for all, and what was said stays', async () => {
    const { world, ann, bob, cat, anns, bobs, cats } = await stage()
    await bob.messenger.send(bobs, 'Bye')
    await world.settle()
    await bob.messenger.channels.leave(bobs)
    await world.settle()
    expect(await channelOf(bob, bobs)).toMatchObject({ stage: 'left' })
    expect(await bob.texts(bobs)).toEqual(['Bye'])
    await cat.messenger.send(cats, 'Bob is gone')
    await world.settle()
    expect(await membersOf(ann, anns)).toEqual(['Ann', 'Cat'])
    expect(await ann.texts(anns)).toEqual(['Bye', 'Bob is gone'])
    expect(world.relay.channels.only.members.size).toBe(2)
    await bob.messenger.channels.forget(bobs)
    expect(await bob.messenger.channels.all()).toEqual([])
    expect(await bob.messenger.conversations()).toEqual([])
    expect(world.failures).toEqual([])
  })

  test('keeps none of its keys, and nothing at all when it is forgotten', async () => {
    const { world, ann, bob, anns, bobs } = await stage(['Bob'])
    await ann.messenger.send(anns, 'Hi')
    await world.settle()
    await bob.messenger.send(bobs, 'Hello')
    await world.settle()
    const left = async (names: readonly string[]): Promise<readonly string[]> => {
      const rows = await Promise.all(names.map((name) => bob.records.list(name, { limit: 1 })))
      return names.filter((_, i) => at(rows, i).length > 0)
    }
    const secrets = ['sender-key', 'channel-key', 'channel-own-key', 'peer', 'channel-peer']
    const others = ['channel', 'channel-chain', 'channel-record', 'message', 'message-place']
    expect(await left([...secrets, ...others])).toEqual([...secrets, ...others])
    await bob.messenger.channels.leave(bobs)
    await world.settle()
    expect(await left(secrets)).toEqual([])
    expect(await left(others)).toEqual(others)
    await bob.messenger.channels.forget(bobs)
    expect(await left([...secrets, ...others, 'conversation', 'channel-sealed'])).toEqual([])
  })

  test('makes somebody else an admin before, when they are the last one', async () => {
    const { world, ann, bob, cat, anns, bobs, cats } = await stage()
    await expect(ann.messenger.channels.leave(anns)).rejects.toMatchObject({ code: 'not-allowed' })
    await ann.messenger.channels.setRole(anns, nameOf(bob), 'admin')
    await world.settle()
    await ann.messenger.channels.leave(anns)
    await world.settle()
    expect(await channelOf(bob, bobs)).toMatchObject({ role: 'admin' })
    // The relay lets them put somebody out, too.
    await bob.messenger.channels.remove(bobs, nameOf(cat))
    await world.settle()
    expect(await channelOf(cat, cats)).toMatchObject({ stage: 'removed' })
    expect([...world.relay.channels.only.members.keys()]).toEqual([nameOf(bob)])
  })
})

describe('a link', () => {
  test('lets in as many as it says', async () => {
    const { world, ann, anns } = await stage([])
    const link = await ann.messenger.channels.invite(anns, { uses: 1 })
    const [bob, cat] = [await world.person('Bob'), await world.person('Cat')]
    await bob.messenger.channels.join(link)
    await expect(cat.messenger.channels.join(link)).rejects.toMatchObject({ code: 'not-allowed' })
    await world.settle()
    expect(await membersOf(ann, anns)).toEqual(['Ann', 'Bob'])
  })

  test('is made by admins only, and is nothing when it was changed, is over or was taken back', async () => {
    const { world, ann, bob, anns, bobs } = await stage(['Bob'])
    const dan = await world.person('Dan')
    await expect(bob.messenger.channels.invite(bobs)).rejects.toMatchObject({ code: 'not-allowed' })
    const link = await ann.messenger.channels.invite(anns, { uses: 9, lifeMillis: day })
    await expect(dan.messenger.channels.join(link.slice(0, -2))).rejects.toMatchObject({
      code: 'invalid-invitation',
    })
    await ann.messenger.channels.revokeInvites(anns)
    await expect(dan.messenger.channels.join(link)).rejects.toMatchObject({
      code: 'invalid-invitation',
    })
    // Nobody keeps them at the relay either.
    await world.pass(minute)
    expect(world.relay.channels.only.members.size).toBe(2)
    const fresh = await ann.messenger.channels.invite(anns, { lifeMillis: day })
    await world.pass(2 * day)
    await expect(dan.messenger.channels.join(fresh)).rejects.toMatchObject({
      code: 'invitation-expired',
    })
    expect(await membersOf(ann, anns)).toEqual(['Ann', 'Bob'])
  })
})

describe('who was away', () => {
  test('for a week catches up, through removals and new keys', async () => {
    const { world, ann, bob, cat, anns, bobs, cats } = await stage(['Bob', 'Cat', 'Dan'])
    await bob.messenger.send(bobs, 'Off I go')
    await world.settle()
    await bob.goOffline()
    const said: string[] = []
    for (let each = 0; each < 7; each++) {
      await ann.messenger.send(anns, `Ann ${each}`)
      await cat.messenger.send(cats, `Cat ${each}`)
      said.push(`Ann ${each}`, `Cat ${each}`)
      if (each === 3) {
        const [dan] = (await channelOf(ann, anns)).members.filter(({ name }) => name === 'Dan')
        await ann.messenger.channels.remove(anns, dan?.identity ?? '')
      }
      await world.pass(day)
    }
    await bob.goOnline()
    await world.pass(minute)
    expect((await bob.texts(bobs)).toSorted()).toEqual([...said, 'Off I go'].toSorted())
    expect(await membersOf(bob, bobs)).toEqual(['Ann', 'Bob', 'Cat'])
    await bob.messenger.send(bobs, 'Back')
    await world.settle()
    expect(await ann.texts(anns)).toContain('Back')
    expect(world.failures).toEqual([])
  })

  test('writes meanwhile, and it goes out in order', async () => {
    const { world, ann, bob, anns, bobs } = await stage()
    await bob.goOffline()
    for (const text of ['1', '2', '3']) await bob.messenger.send(bobs, text)
    await world.pass(minute)
    expect(await bob.statuses(bobs)).toEqual(['queued', 'queued', 'queued'])
    await bob.restart()
    await bob.goOnline()
    await world.pass(minute)
    expect(await bob.statuses(bobs)).toEqual(['accepted', 'accepted', 'accepted'])
    expect(await ann.texts(anns)).toEqual(['1', '2', '3'])
  })

  test('and lacks a key says so, reads what comes next, and sees what is lost', async () => {
    const { world, ann, bob, anns, bobs } = await stage(['Bob'])
    const { relay } = world
    await bob.goOffline()
    await ann.messenger.send(anns, 'Unheard')
    await world.settle()
    for (const { address } of relay.seen) {
      const waiting = relay.waitingAt(address).map(({ id }) => id)
      relay.acknowledge(address, waiting)
    }
    await bob.goOnline()
    await world.pass(2 * minute)
    expect(await bob.texts(bobs)).toEqual([])
    await ann.messenger.send(anns, 'Heard')
    await world.settle()
    expect(await bob.texts(bobs)).toEqual(['Heard'])
    const lost = (await bob.messenger.history(bobs)).filter(({ kind }) => kind === 'lost')
    expect(lost).toMatchObject([{ sender: nameOf(ann), isOwn: false }])
    expect(world.failures).toEqual([])
  })
})

test('what is done and not answered is not done twice', async () => {
  const world = new World()
  const lost = new Set<string>()
  world.relay.channels.mischief = {
    // The first answer to each question.
    losesAnswer: (question) => lost.size !== lost.add(question).size,
  }
  const ann = await world.person('Ann')
  const { id } = await ann.messenger.channels.create({ name: 'Plants' })
  await world.pass(minute)
  await ann.messenger.channels.rename(id, 'Trees')
  await ann.messenger.send(id, 'Once')
  await world.pass(minute)
  const link = await ann.messenger.channels.invite(id).catch(() => {
    return ann.messenger.channels.invite(id)
  })
  const bob = await world.person('Bob')
  const { id: bobs } = await bob.messenger.channels.join(link)
  await world.pass(minute)
  await ann.messenger.channels.remove(id, nameOf(bob))
  await world.pass(minute)
  const { records, posts, banned } = world.relay.channels.only
  // The first record, a name, somebody who came and went.
  expect(records).toHaveLength(4)
  expect(posts).toHaveLength(1)
  expect([...banned]).toEqual([nameOf(bob)])
  expect([...lost].toSorted()).toEqual(
    ['append', 'ban', 'create', 'history', 'invite', 'join', 'post', 'records'].toSorted(),
  )
  expect(await ann.statuses(id)).toEqual(['accepted'])
  expect(await channelOf(bob, bobs)).toMatchObject({ name: 'Trees', stage: 'removed' })
  expect(world.failures).toEqual([])
})

describe('a member whom others do not know yet', () => {
  test('is heard, when letters come before records', async () => {
    const { world, ann, bob, anns, bobs } = await stage(['Bob'])
    const link = await ann.messenger.channels.invite(anns)
    const dan = await world.person('Dan')
    world.relay.channels.mischief = { isMute: () => true }
    const { id } = await dan.messenger.channels.join(link)
    await dan.messenger.send(id, 'Hello')
    await world.settle()
    world.relay.channels.mischief = {}
    await ann.messenger.send(anns, 'Hi')
    await world.settle()
    expect(await bob.texts(bobs)).toEqual(['Hello', 'Hi'])
    expect(world.failures).toEqual([])
  })

  test('is heard, when posts come before records and letters', async () => {
    const { world, ann, bob, anns, bobs } = await stage(['Bob'])
    const link = await ann.messenger.channels.invite(anns)
    const dan = await world.person('Dan')
    world.relay.channels.mischief = { isMute: () => true }
    const { id } = await dan.messenger.channels.join(link)
    await world.settle()
    world.relay.channels.mischief = {}
    world.relay.mischief = { losesRequest: () => true }
    await dan.messenger.send(id, 'Hello')
    await world.settle()
    expect(await membersOf(bob, bobs)).toEqual(['Ann', 'Bob', 'Dan'])
    expect(await bob.texts(bobs)).toEqual([])
    world.relay.mischief = {}
    await world.pass(minute)
    expect(await bob.texts(bobs)).toEqual(['Hello'])
    expect(world.failures).toEqual([])
  })
})

describe('what no key opens', () => {
  test('is shown as lost after a day', async () => {
    const { world, ann, bob, anns, bobs } = await stage(['Bob'])
    const { relay } = world
    await bob.goOffline()
    await ann.messenger.send(anns, 'Unheard')
    await world.settle()
    for (const { address } of relay.seen) {
      relay.acknowledge(
        address,
        relay.waitingAt(address).map(({ id }) => id),
      )
    }
    await bob.goOnline()
    await world.pass(day - minute)
    expect((await lastOf(bob, bobs)).kind).toBe('notice')
    await world.pass(2 * minute)
    expect(await lastOf(bob, bobs)).toMatchObject({ kind: 'lost', sender: nameOf(ann) })
    await bob.restart()
    expect(await bob.texts(bobs)).toEqual([])
    expect(world.failures).toEqual([])
  })
})

describe('keys', () => {
  test('are replaced after so many messages, after a week, and when somebody goes', async () => {
    const world = new World()
    world.maxMessagesOfKey = 10
    const { ann, bob, cat, anns, bobs, cats } = await stage(['Bob', 'Cat'], world)
    const lettersFor = async (deed: () => Promise<unknown>): Promise<number> => {
      const before = world.relay.seen.length
      await deed()
      await world.settle()
      return world.relay.seen.length - before
    }
    const send = (): Promise<unknown> => ann.messenger.send(anns, 'x')
    expect(await lettersFor(send)).toBe(2)
    for (let i = 0; i < 9; i++) expect(await lettersFor(send)).toBe(0)
    expect(await lettersFor(send)).toBe(2)
    await world.pass(7 * day)
    expect(await lettersFor(send)).toBe(2)
    expect(await lettersFor(() => cat.messenger.channels.leave(cats))).toBe(0)
    expect(await lettersFor(send)).toBe(1)
    expect(await bob.texts(bobs)).toHaveLength(13)
    expect(world.failures).toEqual([])
  })
})

test('a channel of fifty goes on through removals', async () => {
  const names = Array.from({ length: 49 }, (_, i) => `Person ${i + 1}`)
  const { world, people, ids, ann, anns } = await stage(names)
  await ann.messenger.send(anns, 'Welcome')
  await world.settle()
  for (const [i, person] of people.entries()) {
    expect(await person.texts(at(ids, i))).toEqual(['Welcome'])
  }
  for (const gone of [10, 20, 30]) {
    await ann.messenger.channels.remove(anns, nameOf(at(people, gone)))
    await ann.messenger.send(anns, `Without ${gone}`)
    await world.settle()
  }
  await at(people, 5).messenger.send(at(ids, 5), 'Hello all')
  await world.settle()
  for (const [i, person] of people.entries()) {
    const isGone = [10, 20, 30].includes(i)
    const heard = [10, 20, 30].filter((gone) => !isGone || gone < i)
    expect(await person.texts(at(ids, i))).toEqual([
      'Welcome',
      ...heard.map((gone) => `Without ${gone}`),
      ...(isGone ? [] : ['Hello all']),
    ])
  }
  expect(world.failures).toEqual([])
}, 120_000)
