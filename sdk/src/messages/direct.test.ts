import { describe, expect, test } from 'vitest'
import { type Person, World } from '#world-for-tests.ts'

const second = 1000
const day = 24 * 60 * 60 * second

async function twoPeople(): Promise<{
  world: World
  ann: Person
  bob: Person
  toBob: string
  toAnn: string
}> {
  const world = new World()
  const ann = await world.person('Ann')
  const bob = await world.person('Bob')
  const [toBob, toAnn] = await ann.meet(bob)
  return { world, ann, bob, toBob, toAnn }
}

describe('two people who have met', () => {
  test('know each other as contacts, by the names that they call themselves', async () => {
    const { world, ann, bob, toBob, toAnn } = await twoPeople()
    expect(await ann.messenger.contact(toBob)).toMatchObject({ state: 'contact', name: 'Bob' })
    expect(await bob.messenger.contact(toAnn)).toMatchObject({ state: 'contact', name: 'Ann' })
    expect(await ann.messenger.invitations()).toEqual([])
    expect(world.failures).toEqual([])
  })

  test('write to each other, in order, each message once', async () => {
    const { world, ann, bob, toBob, toAnn } = await twoPeople()
    await ann.messenger.send(toBob, 'Hello')
    await world.settle()
    await bob.messenger.send(toAnn, 'Hi')
    await bob.messenger.send(toAnn, 'How are you?')
    await world.settle()
    const all = ['Hello', 'Hi', 'How are you?']
    expect(await ann.texts(toBob)).toEqual(all)
    expect(await bob.texts(toAnn)).toEqual(all)
    expect(world.relay.waiting).toBe(0)
    expect(world.failures).toEqual([])
  })

  test('see what becomes of a message: accepted at once, delivered a while later', async () => {
    const { world, ann, toBob } = await twoPeople()
    await ann.messenger.send(toBob, 'Hello')
    expect(await ann.statuses(toBob)).toEqual(['queued'])
    await world.settle()
    expect(await ann.statuses(toBob)).toEqual(['accepted'])
    await world.pass(30 * second)
    expect(await ann.statuses(toBob)).toEqual(['delivered'])
  })

  test('are not told that something was read, unless its reader wants it so', async () => {
    const { world, ann, bob, toBob, toAnn } = await twoPeople()
    await ann.messenger.send(toBob, 'One')
    await world.settle()
    await bob.messenger.markRead(toAnn)
    await world.pass(60 * second)
    expect(await ann.statuses(toBob)).toEqual(['delivered'])
    await bob.messenger.choose({ sendsReadReceipts: true })
    await ann.messenger.send(toBob, 'Two')
    await world.settle()
    await bob.messenger.markRead(toAnn)
    await world.pass(60 * second)
    expect(await ann.statuses(toBob)).toEqual(['delivered', 'read'])
  })

  test('answer, react, edit and delete for both', async () => {
    const { world, ann, bob, toBob, toAnn } = await twoPeople()
    const first = await ann.messenger.send(toBob, 'Helo')
    await world.settle()
    await bob.messenger.send(toAnn, { body: 'You mean?', replyTo: first.id })
    await bob.messenger.react(toAnn, first.id, '👍')
    await ann.messenger.edit(toBob, first.id, 'Hello')
    await world.settle()
    const me = bob.identity.ed25519PublicKey.toHex()
    const [shown, answer] = await bob.messenger.history(toAnn).then((all) => all.slice(-2))
    expect(shown).toMatchObject({ body: 'Hello', editedAtMillis: world.clock.now() })
    expect(answer).toMatchObject({ body: 'You mean?', replyTo: first.id })
    expect((await ann.messenger.message(toBob, first.id))?.reactions?.[me]?.emoji).toBe('👍')
    await ann.messenger.deleteForAll(toBob, first.id)
    await world.settle()
    expect(await bob.messenger.message(toAnn, first.id)).toMatchObject({
      body: '',
      isDeleted: true,
    })
  })

  test('cannot change what the other has written', async () => {
    const { world, ann, bob, toBob, toAnn } = await twoPeople()
    const first = await ann.messenger.send(toBob, 'Mine')
    await world.settle()
    await expect(bob.messenger.edit(toAnn, first.id, 'Not yours')).rejects.toMatchObject({
      code: 'not-allowed',
    })
    await expect(bob.messenger.deleteForAll(toAnn, first.id)).rejects.toMatchObject({
      code: 'not-allowed',
    })
    expect(await ann.texts(toBob)).toEqual(['Mine'])
  })

  test('count what they have not read', async () => {
    const { world, ann, bob, toBob, toAnn } = await twoPeople()
    for (const text of ['1', '2', '3']) await ann.messenger.send(toBob, text)
    await world.settle()
    expect(await bob.messenger.conversation(toAnn)).toMatchObject({ unread: 3, preview: '3' })
    await bob.messenger.markRead(toAnn)
    expect(await bob.messenger.conversation(toAnn)).toMatchObject({ unread: 0 })
  })

  test('let messages disappear, counted from reading there and from sending here', async () => {
    const { world, ann, bob, toBob, toAnn } = await twoPeople()
    await ann.messenger.setTimer(toBob, 60)
    await world.settle()
    expect(await bob.messenger.conversation(toAnn)).toMatchObject({ timerSeconds: 60 })
    await ann.messenger.send(toBob, 'Soon gone')
    await world.pass(90 * second)
    expect(await ann.texts(toBob)).toEqual([])
    expect(await bob.texts(toAnn)).toEqual(['Soon gone'])
    await bob.messenger.markRead(toAnn)
    await world.pass(59 * second)
    expect(await bob.texts(toAnn)).toEqual(['Soon gone'])
    await world.pass(2 * second)
    expect(await bob.texts(toAnn)).toEqual([])
  })

  test('go on after both were restarted', async () => {
    const { world, ann, bob, toBob, toAnn } = await twoPeople()
    await ann.messenger.send(toBob, 'Before')
    await world.settle()
    await ann.restart()
    await bob.restart()
    await ann.messenger.send(toBob, 'After')
    await world.settle()
    expect(await bob.texts(toAnn)).toEqual(['Before', 'After'])
  })
})

describe('without a network', () => {
  test('what is written waits, survives a restart, and goes out in order when there is one', async () => {
    const { world, ann, bob, toBob, toAnn } = await twoPeople()
    await ann.goOffline()
    for (const text of ['1', '2', '3']) await ann.messenger.send(toBob, text)
    await world.pass(10 * second)
    expect(await ann.statuses(toBob)).toEqual(['queued', 'queued', 'queued'])
    await ann.restart()
    await ann.goOnline()
    await world.pass(second)
    expect(await ann.statuses(toBob)).toEqual(['accepted', 'accepted', 'accepted'])
    expect(await bob.texts(toAnn)).toEqual(['1', '2', '3'])
  })

  test('a week changes nothing', async () => {
    const { world, ann, bob, toBob, toAnn } = await twoPeople()
    await bob.goOffline()
    await ann.messenger.send(toBob, 'Are you there?')
    await world.pass(7 * day)
    await bob.goOnline()
    await world.pass(60 * second)
    expect(await bob.texts(toAnn)).toEqual(['Are you there?'])
    expect(await ann.statuses(toBob)).toEqual(['delivered'])
  })

  test('a full mailbox is waited for', async () => {
    const { world, ann, bob, toBob, toAnn } = await twoPeople()
    await bob.goOffline()
    world.relay.maxWaiting = 1
    await ann.messenger.send(toBob, '1')
    await ann.messenger.send(toBob, '2')
    await world.pass(10 * second)
    expect(await ann.statuses(toBob)).toEqual(['accepted', 'queued'])
    const [, second_] = (await ann.messenger.history(toBob)).slice(-2)
    expect(second_?.reason).toBe('mailbox-full')
    await bob.goOnline()
    await world.pass(10 * 60 * second)
    expect(await bob.texts(toAnn)).toEqual(['1', '2'])
  })
})

describe('a network that does mischief', () => {
  test('answers that are lost send a message again, and it is shown once', async () => {
    const { world, ann, bob, toBob, toAnn } = await twoPeople()
    let left = 3
    world.relay.mischief = { losesAnswer: () => left-- > 0 }
    await ann.messenger.send(toBob, 'Once')
    await world.pass(60 * second)
    expect(world.relay.seen.length).toBeGreaterThan(3)
    expect(await bob.texts(toAnn)).toEqual(['Once'])
    expect(await ann.statuses(toBob)).toEqual(['delivered'])
  })

  test('what comes twice or in another order is shown once, all of it', async () => {
    const { world, ann, bob, toBob, toAnn } = await twoPeople()
    await bob.goOffline()
    world.relay.mischief = { duplicates: () => true, reorders: () => true }
    const texts = Array.from({ length: 20 }, (_, i) => `${i}`)
    for (const text of texts) await ann.messenger.send(toBob, text)
    await world.settle()
    await bob.goOnline()
    await world.pass(10 * second)
    expect((await bob.texts(toAnn)).toSorted()).toEqual(texts.toSorted())
    expect(world.failures).toEqual([])
  })
})

describe('one who has lost everything but the phrase', () => {
  test('meets again, and what was sent meanwhile is said again', async () => {
    const { world, ann, bob, toBob, toAnn } = await twoPeople()
    await ann.messenger.send(toBob, 'Before')
    await world.settle()
    await bob.reinstall()
    const { link } = await bob.messenger.invite()
    await ann.messenger.acceptInvitation(link)
    await world.pass(60 * second)
    const again = await bob.contactOf(ann)
    await ann.messenger.send(toBob, 'Still me')
    await world.settle()
    await bob.messenger.send(again, 'Me too')
    await world.pass(60 * second)
    expect(await bob.texts(again)).toEqual(['Still me', 'Me too'])
    expect(await ann.texts(toBob)).toContain('Me too')
    expect(toAnn).not.toBe(again)
    expect(world.failures).toEqual([])
  })
})
