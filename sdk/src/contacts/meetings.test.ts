import { describe, expect, test } from 'vitest'
import { World } from '#world-for-tests.ts'

const second = 1000

describe('two people who meet by six digits', () => {
  test('see the same code, confirm it, and are verified contacts who write to each other', async () => {
    const world = new World()
    const ann = await world.person('Ann')
    const bob = await world.person('Bob')
    const here = await ann.messenger.offerMeeting()
    expect(here.digits).toMatch(/^\d{6}$/)
    const there = await bob.messenger.joinMeeting(
      ` ${here.digits?.slice(0, 3)} ${here.digits?.slice(3)}`,
    )
    await world.settle()
    const [bobSeen, annSeen] = [await here.met, await there.met]
    expect(bobSeen).toMatchObject({ name: 'Bob', code: annSeen.code })
    expect(annSeen).toMatchObject({ name: 'Ann', identity: ann.messenger.identity })
    expect(annSeen.code).toMatch(/^\d{3} \d{3}$/)
    await annSeen.confirm()
    await bobSeen.confirm()
    await world.pass(30 * second)
    const [toBob, toAnn] = [await ann.contactOf(bob), await bob.contactOf(ann)]
    for (const [person, id] of [
      [ann, toBob],
      [bob, toAnn],
    ] as const) {
      const contact = await person.messenger.contact(id)
      expect(contact?.state).toBe('contact')
      expect(contact?.verifiedAtMillis).toBeDefined()
    }
    await ann.messenger.send(toBob, 'Nice to meet you')
    await bob.messenger.send(toAnn, 'And you')
    await world.pass(30 * second)
    expect((await bob.texts(toAnn)).toSorted()).toEqual(['And you', 'Nice to meet you'])
    expect((await ann.texts(toBob)).toSorted()).toEqual(['And you', 'Nice to meet you'])
    expect(world.failures).toEqual([])
  })

  test('and see different codes refuse, and nothing stays of it', async () => {
    const world = new World()
    const ann = await world.person('Ann')
    const bob = await world.person('Bob')
    const here = await ann.messenger.offerMeeting()
    const there = await bob.messenger.joinMeeting(here.digits ?? '')
    await world.settle()
    await (await here.met).refuse()
    await (await there.met).refuse()
    await world.pass(30 * second)
    expect(await ann.messenger.contacts()).toEqual([])
    expect(await bob.messenger.contacts()).toEqual([])
  })
})

describe('six digits', () => {
  test('are good for one, and for ten minutes', async () => {
    const world = new World()
    const ann = await world.person('Ann')
    const bob = await world.person('Bob')
    const eve = await world.person('Eve')
    const here = await ann.messenger.offerMeeting()
    await bob.messenger.joinMeeting(here.digits ?? '')
    await expect(eve.messenger.joinMeeting(here.digits ?? '')).rejects.toMatchObject({
      code: 'wrong-code',
    })
    const alone = await ann.messenger.offerMeeting()
    await world.pass(11 * 60 * second)
    await expect(alone.met).rejects.toMatchObject({ code: 'wrong-code' })
  })

  test('are six digits', async () => {
    const world = new World()
    const ann = await world.person('Ann')
    for (const typed of ['', '12345', '1234567', 'abcdef', '１２３４５６']) {
      await expect(ann.messenger.joinMeeting(typed)).rejects.toMatchObject({ code: 'wrong-code' })
    }
  })

  test('that are given up, or whose program ends, are over', async () => {
    const world = new World()
    const ann = await world.person('Ann')
    const given = await ann.messenger.offerMeeting()
    await given.cancel()
    await expect(given.met).rejects.toMatchObject({ code: 'closed' })
    const open = await ann.messenger.offerMeeting()
    await ann.stop()
    await expect(open.met).rejects.toMatchObject({ code: 'closed' })
  })

  test('bring nobody in by what a stranger sends to the address', async () => {
    const world = new World()
    const ann = await world.person('Ann')
    const here = await ann.messenger.offerMeeting()
    await world.pass(second)
    const deposits = world.relay.deposits()
    const { payload } = (await deposits.claim(
      '100000',
      new Uint8Array(32),
      new AbortController().signal,
    )) as {
      payload: Uint8Array
    }
    for (const length of [0, 1, 512, 1024]) {
      await deposits.send(payload.slice(0, 32), world.random(length), new AbortController().signal)
    }
    await world.pass(second)
    expect(await ann.messenger.contacts()).toEqual([])
    expect(world.failures).toEqual([])
    await here.cancel()
  })
})
