import { describe, expect, test } from 'vitest'
import { restored } from '#profile/restored.ts'
import { forgedPart, sealForOwner } from '#snapshot/forged-for-tests.ts'
import { openPart, sealPart, selfAddress, splitSnapshot } from '#snapshot/parts.ts'
import { readSnapshot, type Snapshot, writeSnapshot } from '#snapshot/snapshot.ts'
import { primitives } from '#vault/vault-for-tests.ts'
import { Person, World } from '#world-for-tests.ts'

const second = 1000
const minute = 60 * second
const day = 24 * 60 * minute

async function twoPeople(): Promise<{
  readonly world: World
  readonly ann: Person
  readonly bob: Person
  readonly toBob: string
  readonly toAnn: string
}> {
  const world = new World()
  const ann = await world.person('Ann')
  const bob = await world.person('Bob')
  const [toBob, toAnn] = await ann.meet(bob)
  await world.settle()
  return { world, ann, bob, toBob, toAnn }
}

const addressOf = ({ identity }: Person): Uint8Array => selfAddress({ primitives, identity })

/** What has come to somebody's own mailbox so far. */
function sentTo(world: World, person: Person): readonly Uint8Array[] {
  const address = addressOf(person).toHex()
  return world.relay.seen.filter((each) => each.address === address).map(({ payload }) => payload)
}

function waitingFor(world: World, person: Person): number {
  return world.relay.waitingAt(addressOf(person).toHex()).length
}

async function lastSnapshot(world: World, person: Person): Promise<Snapshot | undefined> {
  const payload = sentTo(world, person).at(-1)
  const { identity } = person
  const part = payload && (await openPart({ primitives, identity }, payload))
  return part && readSnapshot(part.piece)
}

/** Puts something into somebody's own mailbox, as anybody can who knows its address. */
async function deposit(world: World, person: Person, payload: Uint8Array): Promise<void> {
  const signal = new AbortController().signal
  await world.relay.deposits().sendMany(addressOf(person), [payload], signal)
}

async function depositSnapshot(
  world: World,
  person: Person,
  counter: number,
  bytes: Uint8Array,
  which: (index: number) => boolean = () => true,
): Promise<void> {
  const device = { primitives, random: world.random, identity: person.identity }
  for (const part of splitSnapshot(device, counter, bytes)) {
    if (which(part.index)) await deposit(world, person, await sealPart(device, part))
  }
}

const isBack = async (person: Person): Promise<boolean> =>
  (await restored.get(person.records)) === undefined

describe('the snapshot of somebody', () => {
  test('is written a while after a contact came, and once for all that happened meanwhile', async () => {
    const { world, ann, toBob } = await twoPeople()
    expect(sentTo(world, ann)).toHaveLength(0)
    await ann.messenger.setNickname(toBob, 'Bobby')
    await world.pass(11 * minute)
    expect(sentTo(world, ann)).toHaveLength(1)
    expect((await lastSnapshot(world, ann))?.contacts).toMatchObject([
      { nickname: 'Bobby', name: 'Bob', state: 'contact' },
    ])
    expect(world.failures).toEqual([])
  })

  test('says nothing of messages: it is not written because somebody writes', async () => {
    const { world, ann, bob, toBob, toAnn } = await twoPeople()
    await world.pass(20 * minute)
    const before = sentTo(world, ann).length
    for (let round = 0; round < 5; round++) {
      await ann.messenger.send(toBob, `Message ${round}`)
      await bob.messenger.send(toAnn, `Answer ${round}`)
      await world.pass(20 * minute)
    }
    expect(sentTo(world, ann)).toHaveLength(before)
  })

  test('is written no more than once in ten minutes, and lies there alone', async () => {
    const { world, ann, toBob } = await twoPeople()
    await world.pass(20 * minute)
    const before = sentTo(world, ann).length
    for (let round = 0; round < 30; round++) {
      await ann.messenger.setNickname(toBob, `Bob ${round}`)
      await world.pass(2 * minute)
    }
    await world.pass(20 * minute)
    const written = sentTo(world, ann).length - before
    expect(written).toBeGreaterThan(3)
    expect(written).toBeLessThanOrEqual(7)
    expect(waitingFor(world, ann)).toBe(1)
    const [left] = world.relay.waitingAt(addressOf(ann).toHex())
    expect(left?.payload).toEqual(sentTo(world, ann).at(-1))
    expect((await lastSnapshot(world, ann))?.contacts[0]?.nickname).toBe('Bob 29')
  })

  test('is written again in time, though nothing has changed', async () => {
    const { world, ann } = await twoPeople()
    await world.pass(20 * minute)
    expect(sentTo(world, ann)).toHaveLength(1)
    await world.pass(19 * day)
    expect(sentTo(world, ann)).toHaveLength(1)
    await world.pass(12 * day)
    expect(sentTo(world, ann)).toHaveLength(2)
    expect(waitingFor(world, ann)).toBe(1)
  })

  test('is written after a restart, and not again by one that finds nothing new', async () => {
    const { world, ann } = await twoPeople()
    await world.pass(30 * second)
    await ann.stop()
    await world.clock.advance(15 * minute)
    await ann.start()
    await world.pass(second)
    expect(sentTo(world, ann)).toHaveLength(1)
    await ann.restart()
    await world.pass(60 * minute)
    expect(sentTo(world, ann)).toHaveLength(1)
  })

  test('is not there for who knows nobody, or does not want it; switched off, it goes', async () => {
    const world = new World()
    const carol = await world.person('Carol')
    await world.pass(60 * minute)
    expect(sentTo(world, carol)).toHaveLength(0)
    const dave = await world.person('Dave', { keepsSnapshot: false })
    const eve = await world.person('Eve')
    await dave.meet(eve)
    await world.pass(60 * minute)
    expect(sentTo(world, dave)).toHaveLength(0)
    expect(waitingFor(world, eve)).toBe(1)
    await eve.messenger.choose({ keepsSnapshot: false })
    await world.pass(minute)
    expect(waitingFor(world, eve)).toBe(0)
    await eve.messenger.choose({ keepsSnapshot: true })
    await world.pass(20 * minute)
    expect(waitingFor(world, eve)).toBe(1)
    expect(world.failures).toEqual([])
  })

  test('holds nobody who has only asked, unless they were blocked', async () => {
    const { world, ann, bob } = await twoPeople()
    const carol = await world.person('Carol')
    const dave = await world.person('Dave')
    await carol.messenger.sendRequest(ann.messenger.address, 'Hello')
    await dave.messenger.sendRequest(ann.messenger.address, 'Hello')
    await world.settle()
    await ann.messenger.block(await ann.contactOf(dave))
    await world.pass(20 * minute)
    const known = (await lastSnapshot(world, ann))?.contacts ?? []
    expect(known.map(({ identity, isBlocked }) => [identity, isBlocked])).toEqual([
      [bob.identity.ed25519PublicKey.toHex(), false],
      [dave.identity.ed25519PublicKey.toHex(), true],
    ])
  })

  test('waits for the relay, and makes room where others have filled its mailbox', async () => {
    const { world, ann } = await twoPeople()
    await ann.goOffline()
    await world.pass(60 * minute)
    expect(sentTo(world, ann)).toHaveLength(0)
    for (let at = 0; at < 5; at++) await deposit(world, ann, world.random(512))
    world.relay.maxWaiting = 5
    await ann.goOnline()
    await world.pass(30 * minute)
    expect(waitingFor(world, ann)).toBe(1)
    expect((await lastSnapshot(world, ann))?.contacts).toHaveLength(1)
    expect(world.failures).toEqual([])
  })

  test('has as many parts as it needs, and is whole when the relay fails in between', async () => {
    const { world, ann } = await twoPeople()
    await world.pass(20 * minute)
    const many = Array.from({ length: 400 }, (_, at) => ({
      identity: world.random(32).toHex(),
      address: world.random(32).toHex(),
      readingKey: world.random(32).toHex(),
      state: 'contact' as const,
      isBlocked: true,
      relay: 'https://relay.example',
      sinceMillis: at,
    }))
    const { bytes } = writeSnapshot({ contacts: many, settings: {}, unknown: {} }, 10_000_000)
    await depositSnapshot(world, ann, world.clock.now(), bytes)
    await ann.reinstallFromPhrase()
    let fails = 1
    let asked = 0
    world.relay.mischief = { losesRequest: () => ++asked > 4 && fails-- > 0 }
    await world.pass(60 * minute)
    expect(await ann.messenger.contacts()).toHaveLength(400)
    expect(waitingFor(world, ann)).toBeGreaterThan(2)
    await ann.reinstallFromPhrase()
    await world.pass(minute)
    expect(await ann.messenger.contacts()).toHaveLength(400)
  })
})

describe('one who has nothing but the words', () => {
  test('finds their contacts, and goes on talking to those who know nothing of it', async () => {
    const { world, ann, bob, toBob, toAnn } = await twoPeople()
    await ann.messenger.setNickname(toBob, 'Bobby')
    await ann.messenger.setVerified(toBob, true)
    await ann.messenger.choose({ sendsReadReceipts: true })
    await ann.messenger.send(toBob, 'Before')
    await world.pass(20 * minute)
    await ann.reinstallFromPhrase()
    await world.pass(minute)
    const again = await ann.contactOf(bob)
    expect(await ann.messenger.contact(again)).toMatchObject({
      nickname: 'Bobby',
      state: 'contact',
      verifiedAtMillis: expect.any(Number),
    })
    expect(ann.messenger.settings).toMatchObject({ name: 'Ann', sendsReadReceipts: true })
    await ann.messenger.send(again, 'Here again')
    await world.pass(minute)
    await bob.messenger.send(toAnn, 'So I see')
    await world.pass(minute)
    expect(await bob.texts(toAnn)).toEqual(['Before', 'Here again', 'So I see'])
    expect(await ann.texts(again)).toEqual(['Here again', 'So I see'])
    expect(await isBack(ann)).toBe(true)
    expect(world.failures).toEqual([])
  })

  test('is told again what was said while they were away', async () => {
    const { world, ann, bob, toAnn } = await twoPeople()
    await world.pass(20 * minute)
    await ann.goOffline()
    await bob.messenger.send(toAnn, 'Are you there?')
    await world.settle()
    ann.isOnline = true
    await ann.reinstallFromPhrase()
    await world.pass(15 * minute)
    expect(await ann.texts(await ann.contactOf(bob))).toEqual(['Are you there?'])
  })

  test('hears nothing from who was blocked, and does not write to them', async () => {
    const { world, ann, bob, toBob } = await twoPeople()
    await ann.messenger.block(toBob)
    await world.pass(20 * minute)
    await ann.reinstallFromPhrase()
    await world.settle()
    const seen = world.relay.seen.filter(({ address }) => address !== addressOf(ann).toHex()).length
    await world.pass(minute)
    const again = await ann.contactOf(bob)
    expect(await ann.messenger.contact(again)).toMatchObject({ isBlocked: true })
    const others = world.relay.seen.filter(({ address }) => address !== addressOf(ann).toHex())
    expect(others).toHaveLength(seen)
  })

  test('begins with nobody where nothing is, and finds it later if it was late', async () => {
    const { world, ann, bob } = await twoPeople()
    await world.pass(20 * minute)
    const [snapshot] = sentTo(world, ann)
    if (snapshot === undefined) throw new Error('there is one')
    world.relay.acknowledge(
      addressOf(ann).toHex(),
      world.relay.waitingAt(addressOf(ann).toHex()).map(({ id }) => id),
    )
    await ann.reinstallFromPhrase()
    await world.pass(minute)
    expect(await ann.messenger.contacts()).toEqual([])
    expect(await isBack(ann)).toBe(false)
    await deposit(world, ann, snapshot)
    const carol = await world.person('Carol')
    await ann.meet(carol)
    await world.pass(30 * minute)
    const names = new Set((await ann.messenger.contacts()).map(({ name }) => name))
    expect(names).toEqual(new Set(['Bob', 'Carol']))
    expect(await isBack(ann)).toBe(true)
    await ann.contactOf(bob)
    await world.pass(30 * minute)
    expect(waitingFor(world, ann)).toBe(1)
    expect((await lastSnapshot(world, ann))?.contacts).toHaveLength(2)
  })

  test('waits until there is a network, and does not write over what is there before', async () => {
    const { world, ann, bob } = await twoPeople()
    await world.pass(20 * minute)
    ann.isOnline = false
    await ann.reinstallFromPhrase()
    await world.pass(day)
    expect(sentTo(world, ann)).toHaveLength(1)
    await ann.goOnline()
    await world.pass(minute)
    await ann.contactOf(bob)
  })

  test('takes the newest whole one of several that lie there mixed', async () => {
    const { world, ann } = await twoPeople()
    await world.pass(20 * minute)
    const now = world.clock.now()
    const snapshotOf = (count: number): Uint8Array => {
      const contacts = Array.from({ length: count }, (_, at) => ({
        identity: at.toString(16).padStart(64, '0'),
        address: world.random(32).toHex(),
        readingKey: world.random(32).toHex(),
        state: 'contact' as const,
        isBlocked: true,
        relay: 'https://relay.example',
        sinceMillis: at,
      }))
      return writeSnapshot({ contacts, settings: {}, unknown: {} }, 10_000_000).bytes
    }
    const [older, whole, unfinished] = [snapshotOf(300), snapshotOf(310), snapshotOf(320)]
    await depositSnapshot(world, ann, now + 1, older, (index) => index > 0)
    await depositSnapshot(world, ann, now + 2, whole, (index) => index === 1)
    await depositSnapshot(world, ann, now + 3, unfinished, (index) => index !== 1)
    await depositSnapshot(world, ann, now + 1, older, (index) => index === 0)
    await depositSnapshot(world, ann, now + 2, whole, (index) => index !== 1)
    await ann.reinstallFromPhrase()
    await world.pass(minute)
    expect(await ann.messenger.contacts()).toHaveLength(310)
  })

  test('is not misled, nor kept from it, by whoever knows the address of the mailbox', async () => {
    const { world, ann, bob } = await twoPeople()
    await world.pass(20 * minute)
    const device = { primitives, random: world.random, identity: ann.identity }
    const forged = writeSnapshot({ contacts: [], settings: { name: 'Mallory' }, unknown: {} }, 999)
    for (let round = 0; round < 30; round++) {
      const counter = world.clock.now() + round * day
      await deposit(world, ann, await forgedPart(device, counter, forged.bytes))
      await deposit(world, ann, world.random(512 * 2 ** (round % 8)))
      await deposit(world, ann, await sealForOwner(device, world.random(round * 10)))
    }
    await ann.reinstallFromPhrase()
    await world.pass(minute)
    await ann.contactOf(bob)
    expect(ann.messenger.settings.name).toBe('Ann')
    expect(waitingFor(world, ann)).toBe(1)
    expect(world.failures).toEqual([])
  })

  test('keeps what a later version has put there', async () => {
    const { world, ann } = await twoPeople()
    await world.pass(20 * minute)
    const now = await lastSnapshot(world, ann)
    if (now === undefined) throw new Error('there is one')
    const later = { ...now, unknown: { channels: [{ id: 'x' }] } }
    const { bytes } = writeSnapshot(later, 100_000)
    await depositSnapshot(world, ann, world.clock.now(), bytes)
    await ann.reinstallFromPhrase()
    await world.pass(30 * minute)
    expect((await lastSnapshot(world, ann))?.unknown).toEqual({ channels: [{ id: 'x' }] })
  })

  test('does not lock out the machine of before, if that is still there', async () => {
    const { world, ann, bob, toBob, toAnn } = await twoPeople()
    await world.pass(20 * minute)
    const other = await Person.open(world, 'Ann', ann.identity, {})
    await other.reinstallFromPhrase()
    await world.pass(minute)
    const again = await other.contactOf(bob)
    await other.messenger.send(again, 'From the new machine')
    await world.pass(minute)
    await ann.messenger.send(toBob, 'From the old one')
    await world.pass(minute)
    expect(await bob.texts(toAnn)).toEqual(['From the new machine', 'From the old one'])
    await world.pass(2 * 60 * minute)
    // The two do not write over each other for ever.
    const before = sentTo(world, ann).length
    await world.pass(10 * 60 * minute)
    expect(sentTo(world, ann).length - before).toBeLessThanOrEqual(1)
  })
})
