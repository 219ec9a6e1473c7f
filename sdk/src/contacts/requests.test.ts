import { describe, expect, test } from 'vitest'
import { maxRequests } from '#contacts/requests.ts'
import { World } from '#world-for-tests.ts'

const second = 1000

describe('a request', () => {
  test('that crosses another one is read, and both are contacts', async () => {
    const world = new World()
    const ann = await world.person('Ann')
    const bob = await world.person('Bob')
    const [toBob, toAnn] = await Promise.all([
      ann.messenger.sendRequest(bob.messenger.address, 'From Ann'),
      bob.messenger.sendRequest(ann.messenger.address, 'From Bob'),
    ])
    await world.pass(30 * second)
    expect(await ann.texts(toBob.id)).toEqual(['From Ann', 'From Bob'])
    expect(await bob.texts(toAnn.id)).toEqual(['From Bob', 'From Ann'])
    expect(await ann.messenger.contact(toBob.id)).toMatchObject({ state: 'contact', name: 'Bob' })
    expect(await bob.messenger.contact(toAnn.id)).toMatchObject({ state: 'contact', name: 'Ann' })
    expect(world.failures).toEqual([])
  })

  test('for which there is no room leaves nothing behind, and no session', async () => {
    const world = new World()
    const ann = await world.person('Ann')
    const first = await world.person('First')
    const eve = await world.person('Eve')
    await first.messenger.sendRequest(ann.messenger.address, 'Hello')
    await world.pass(second)
    const [one] = await ann.records.list('contact', { limit: 10 })
    const value = one?.value ?? new Uint8Array()
    await ann.records.write(
      Array.from({ length: maxRequests }, (_, i) => {
        return { kind: 'put', collection: 'contact', id: `other-${i}`, value } as const
      }),
    )
    const sessions = async () => (await ann.records.list('session', { limit: 100 })).length
    const before = await sessions()
    await eve.messenger.sendRequest(ann.messenger.address, 'Buy this')
    await world.pass(second)
    expect(world.relay.waiting).toBe(0)
    expect(await sessions()).toBe(before)
  })

  test('of a contact who has lost everything is read like a message, and of a stranger the first', async () => {
    const world = new World()
    const ann = await world.person('Ann')
    const bob = await world.person('Bob')
    const eve = await world.person('Eve')
    const [toBob] = await ann.meet(bob)
    await bob.reinstall()
    await bob.messenger.sendRequest(ann.messenger.address, 'It is me')
    await eve.messenger.sendRequest(ann.messenger.address, 'Buy this')
    await world.pass(30 * second)
    await eve.messenger.sendRequest(ann.messenger.address, 'And this')
    await world.pass(30 * second)
    expect(await ann.texts(toBob)).toEqual(['It is me'])
    expect(await ann.texts(await ann.contactOf(eve))).toEqual(['Buy this'])
  })
})
