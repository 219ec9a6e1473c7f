import { describe, expect, test } from 'vitest'
import { type Person, World } from '#world-for-tests.ts'

const second = 1000
const day = 24 * 60 * 60 * second

/** Ann's clock is wrong, and Bob's is right. */
async function meet(aheadMillis: number): Promise<{
  world: World
  ann: Person
  bob: Person
  toBob: string
  toAnn: string
}> {
  const world = new World()
  const ann = await world.person('Ann')
  const bob = await world.person('Bob')
  ann.aheadMillis = aheadMillis
  const [toBob, toAnn] = await ann.meet(bob)
  await world.pass(30 * second)
  return { world, ann, bob, toBob, toAnn }
}

async function timers(one: Person, conversation: string): Promise<number | undefined> {
  return (await one.messenger.conversation(conversation))?.timerSeconds
}

describe.each([
  ['ahead', 2 * day],
  ['behind', -2 * day],
] as const)('when the clock of one is two days %s', (_, aheadMillis) => {
  test('the last word about disappearing messages counts on both sides, whoever has it', async () => {
    const { world, ann, bob, toBob, toAnn } = await meet(aheadMillis)
    for (const seconds of [60, 70, 80, 90]) {
      if (seconds % 20 === 0) await ann.messenger.setTimer(toBob, seconds)
      else await bob.messenger.setTimer(toAnn, seconds)
      await world.pass(10 * second)
      expect([await timers(ann, toBob), await timers(bob, toAnn)]).toEqual([seconds, seconds])
    }
    ann.aheadMillis = 0
    await ann.messenger.setTimer(toBob, 0)
    await world.pass(10 * second)
    expect([await timers(ann, toBob), await timers(bob, toAnn)]).toEqual([0, 0])
  })

  test('both mean the same, also when they say something at once', async () => {
    const { world, ann, bob, toBob, toAnn } = await meet(aheadMillis)
    await ann.messenger.setTimer(toBob, 60)
    await bob.messenger.setTimer(toAnn, 70)
    await world.pass(10 * second)
    const [one, other] = [await timers(ann, toBob), await timers(bob, toAnn)]
    expect(one).toBe(other)
    expect([60, 70]).toContain(one)
  })

  test('what is edited twice, and read in one go, is read as it is in the end', async () => {
    const { world, ann, bob, toBob, toAnn } = await meet(aheadMillis)
    for (const [one, conversation, other, theirs] of [
      [ann, toBob, bob, toAnn],
      [bob, toAnn, ann, toBob],
    ] as const) {
      await other.goOffline()
      const { id } = await one.messenger.send(conversation, 'Frist')
      await one.messenger.edit(conversation, id, 'Frst')
      await one.messenger.edit(conversation, id, 'First')
      for (const emoji of ['👍', '', '🎉']) await one.messenger.react(conversation, id, emoji)
      await world.settle()
      await other.goOnline()
      await world.pass(10 * second)
      const read = await other.messenger.message(theirs, id)
      expect(read?.body).toBe('First')
      expect(read?.reactions?.[one.identity.ed25519PublicKey.toHex()]?.emoji).toBe('🎉')
      expect(read?.editedAtMillis).toBeLessThanOrEqual(world.clock.now() + other.aheadMillis)
    }
  })

  test('and is set right, they are written to where they say, and at once', async () => {
    const { world, ann, bob, toBob, toAnn } = await meet(aheadMillis)
    ann.aheadMillis = 0
    await ann.messenger.block(toBob)
    await ann.messenger.unblock(toBob)
    await world.pass(10 * second)
    await bob.messenger.send(toAnn, 'There?')
    await world.pass(10 * second)
    expect(await ann.texts(toBob)).toEqual(['There?'])
    ann.aheadMillis = -aheadMillis
    await ann.messenger.block(toBob)
    await ann.messenger.unblock(toBob)
    await world.pass(10 * second)
    await bob.messenger.send(toAnn, 'Still there?')
    await world.pass(10 * second)
    expect(await ann.texts(toBob)).toEqual(['There?', 'Still there?'])
    expect(world.failures).toEqual([])
  })
})

test('two who set the timer in the same moment mean the same afterwards', async () => {
  const { world, ann, bob, toBob, toAnn } = await meet(0)
  await Promise.all([ann.messenger.setTimer(toBob, 60), bob.messenger.setTimer(toAnn, 70)])
  await world.pass(10 * second)
  expect([await timers(ann, toBob), await timers(bob, toAnn)]).toEqual([70, 70])
})

test('a stranger who says a time at the end of all days does not have the last word', async () => {
  const { world, ann, bob, toBob, toAnn } = await meet(8_640_000_000_000_000 - Date.UTC(2027, 0, 1))
  await ann.messenger.setTimer(toBob, 60)
  await world.pass(10 * second)
  expect(await timers(bob, toAnn)).toBe(60)
  await bob.messenger.setTimer(toAnn, 0)
  expect(await timers(bob, toAnn)).toBe(0)
  await bob.messenger.send(toAnn, 'This stays')
  await world.pass(70 * second)
  expect(await bob.texts(toAnn)).toEqual(['This stays'])
})
