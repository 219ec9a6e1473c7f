import { describe, expect, test } from 'vitest'
import { World } from '#world-for-tests.ts'

const second = 1000
const hour = 60 * 60 * second
const day = 24 * hour

describe('an invitation', () => {
  test('is good for one person', async () => {
    const world = new World()
    const ann = await world.person('Ann')
    const bob = await world.person('Bob')
    const eve = await world.person('Eve')
    const { link } = await ann.messenger.invite()
    await bob.messenger.acceptInvitation(link)
    await world.settle()
    await eve.messenger.acceptInvitation(link)
    await world.pass(10 * second)
    const known = await ann.messenger.contacts()
    expect(known.map(({ name }) => name)).toEqual(['Bob'])
    // What Eve proves is who she is. That is not Bob, and so nothing is sent there until Ann decides.
    expect(known[0]?.changedIdentity).toBe(eve.identity.ed25519PublicKey.toHex())
  })

  test('ends when its time is over', async () => {
    const world = new World()
    const ann = await world.person('Ann')
    const bob = await world.person('Bob')
    const { link } = await ann.messenger.invite({ lifeMillis: hour })
    await world.pass(2 * hour)
    await expect(bob.messenger.acceptInvitation(link)).rejects.toMatchObject({
      code: 'invitation-expired',
    })
    await world.pass(2 * day)
    expect(await ann.messenger.invitations()).toEqual([])
  })

  test('that was revoked leads nowhere', async () => {
    const world = new World()
    const ann = await world.person('Ann')
    const bob = await world.person('Bob')
    const { link, id } = await ann.messenger.invite()
    await ann.messenger.revokeInvitation(id)
    await bob.messenger.acceptInvitation(link)
    await world.pass(10 * second)
    expect(await ann.messenger.contacts()).toEqual([])
  })

  test('that was changed is none, and nobody invites themselves', async () => {
    const world = new World()
    const ann = await world.person('Ann')
    const { link } = await ann.messenger.invite()
    const spoilt = `${link.slice(0, -8)}AAAAAAAA`
    await expect(ann.messenger.acceptInvitation(spoilt)).rejects.toMatchObject({
      code: 'invalid-invitation',
    })
    await expect(ann.messenger.acceptInvitation(link)).rejects.toMatchObject({ code: 'is-self' })
  })

  test('may cross another one: both are one contact', async () => {
    const world = new World()
    const ann = await world.person('Ann')
    const bob = await world.person('Bob')
    const [fromAnn, fromBob] = [await ann.messenger.invite(), await bob.messenger.invite()]
    await Promise.all([
      bob.messenger.acceptInvitation(fromAnn.link),
      ann.messenger.acceptInvitation(fromBob.link),
    ])
    await world.pass(30 * second)
    expect(await ann.messenger.contacts()).toHaveLength(1)
    expect(await bob.messenger.contacts()).toHaveLength(1)
    await ann.messenger.send(await ann.contactOf(bob), 'From Ann')
    await bob.messenger.send(await bob.contactOf(ann), 'From Bob')
    await world.pass(30 * second)
    expect((await ann.texts(await ann.contactOf(bob))).toSorted()).toEqual(['From Ann', 'From Bob'])
    expect((await bob.texts(await bob.contactOf(ann))).toSorted()).toEqual(['From Ann', 'From Bob'])
    expect(world.failures).toEqual([])
  })
})

describe('a request', () => {
  test('waits until it is accepted, and until then its author hears nothing', async () => {
    const world = new World()
    const ann = await world.person('Ann')
    const bob = await world.person('Bob')
    const sent = await bob.messenger.sendRequest(ann.messenger.address, 'We met in Lisbon')
    await world.pass(60 * second)
    const [request] = await ann.messenger.contacts()
    expect(request).toMatchObject({ state: 'request', name: 'Bob' })
    expect(ann.events).toContainEqual(
      expect.objectContaining({ type: 'request', text: 'We met in Lisbon' }),
    )
    expect(await bob.messenger.contact(sent.id)).toMatchObject({ state: 'invited' })
    const before = world.relay.seen.length
    await world.pass(60 * second)
    expect(world.relay.seen.length).toBe(before)
    await ann.messenger.acceptRequest(request?.id ?? '')
    await world.pass(30 * second)
    expect(await bob.messenger.contact(sent.id)).toMatchObject({ state: 'contact', name: 'Ann' })
    await bob.messenger.send(sent.id, 'Good')
    await world.settle()
    expect(await ann.texts(request?.id ?? '')).toEqual(['We met in Lisbon', 'Good'])
    expect(await bob.texts(sent.id)).toEqual(['We met in Lisbon', 'Good'])
    expect((await bob.statuses(sent.id))[0]).toBe('accepted')
  })

  test('that is declined leaves nothing behind', async () => {
    const world = new World()
    const ann = await world.person('Ann')
    const bob = await world.person('Bob')
    await bob.messenger.sendRequest(ann.messenger.address, 'Buy this')
    await world.pass(10 * second)
    const [request] = await ann.messenger.contacts()
    await ann.messenger.declineRequest(request?.id ?? '')
    expect(await ann.messenger.contacts()).toEqual([])
    expect(await ann.messenger.conversations()).toEqual([])
  })

  test('is not taken from anybody when that is switched off', async () => {
    const world = new World()
    const ann = await world.person('Ann')
    const bob = await world.person('Bob')
    await ann.messenger.choose({ takesRequests: false })
    await world.pass(10 * second)
    await expect(bob.messenger.sendRequest(ann.messenger.address, 'Hello')).rejects.toMatchObject({
      code: 'not-allowed',
    })
  })
})

test('a messenger that is closed leaves no timer behind, whatever was under way', async () => {
  const world = new World()
  const ann = await world.person('Ann')
  const bob = await world.person('Bob')
  const [toBob] = await ann.meet(bob)
  await bob.stop()
  await ann.messenger.send(toBob, 'Hello')
  await ann.messenger.invite()
  await ann.stop()
  expect(world.clock.pending()).toBe(0)
})

describe('a contact', () => {
  test('that is blocked is neither heard nor written to, and hears nothing of it', async () => {
    const world = new World()
    const ann = await world.person('Ann')
    const bob = await world.person('Bob')
    const [toBob, toAnn] = await ann.meet(bob)
    await ann.messenger.block(toBob)
    await bob.messenger.send(toAnn, 'Listen')
    await world.pass(60 * second)
    expect(await ann.texts(toBob)).toEqual([])
    await expect(ann.messenger.send(toBob, 'No')).rejects.toMatchObject({ code: 'blocked' })
    expect(await bob.statuses(toAnn)).toEqual(['accepted'])
    await ann.messenger.unblock(toBob)
    await world.pass(60 * second)
    await bob.messenger.send(toAnn, 'Friends again')
    await world.pass(60 * second)
    expect(await ann.texts(toBob)).toEqual(['Friends again'])
  })

  test('is written to at a new address when that is told, and read at the old one for a while', async () => {
    const world = new World()
    const ann = await world.person('Ann')
    const bob = await world.person('Bob')
    const [toBob, toAnn] = await ann.meet(bob)
    await bob.goOffline()
    await bob.messenger.send(toAnn, 'To the old one')
    await ann.messenger.renewAddress(toBob)
    await world.pass(10 * second)
    await bob.goOnline()
    await world.pass(10 * second)
    await bob.messenger.send(toAnn, 'To the new one')
    await world.pass(10 * second)
    expect(await ann.texts(toBob)).toEqual(['To the old one', 'To the new one'])
    expect(new Set(world.relay.seen.slice(-1).map(({ address }) => address)).size).toBe(1)
  })

  test('is given a new address every month, and both go on', async () => {
    const world = new World()
    const ann = await world.person('Ann')
    const bob = await world.person('Bob')
    const [toBob, toAnn] = await ann.meet(bob)
    const before = (await bob.messenger.contact(toAnn))?.address
    await world.pass(40 * day)
    expect((await bob.messenger.contact(toAnn))?.address).not.toBe(before)
    await ann.messenger.send(toBob, 'Still here')
    await bob.messenger.send(toAnn, 'Me too')
    await world.pass(60 * second)
    expect((await ann.texts(toBob)).toSorted()).toEqual(['Me too', 'Still here'])
    expect((await bob.texts(toAnn)).toSorted()).toEqual(['Me too', 'Still here'])
    await world.pass(40 * day)
    expect((await ann.records.list('reading-key', { limit: 100 })).length).toBeLessThanOrEqual(3)
  }, 60_000)

  test('with another key is written to only when the user has decided', async () => {
    const world = new World()
    const ann = await world.person('Ann')
    const bob = await world.person('Bob')
    const eve = await world.person('Eve')
    const { link } = await ann.messenger.invite()
    await bob.messenger.acceptInvitation(link)
    await world.settle()
    const toBob = await ann.contactOf(bob)
    await ann.messenger.setVerified(toBob, true)
    await eve.messenger.acceptInvitation(link)
    await world.pass(10 * second)
    await expect(ann.messenger.send(toBob, 'Secret')).rejects.toMatchObject({
      code: 'not-verified',
    })
    await ann.messenger.refuseIdentity(toBob)
    await world.pass(10 * second)
    await ann.messenger.send(toBob, 'Secret')
    await world.pass(10 * second)
    expect(await bob.texts(await bob.contactOf(ann))).toEqual(['Secret'])
    await bob.messenger.send(await bob.contactOf(ann), 'Got it')
    await world.pass(10 * second)
    expect(await ann.texts(toBob)).toEqual(['Secret', 'Got it'])
  })

  test('shows the same safety number on both sides', async () => {
    const world = new World()
    const ann = await world.person('Ann')
    const bob = await world.person('Bob')
    const [toBob, toAnn] = await ann.meet(bob)
    const [one, other] = [
      await ann.messenger.safetyNumber(toBob),
      await bob.messenger.safetyNumber(toAnn),
    ]
    expect(one.digits).toBe(other.digits)
    expect(one.digits).toMatch(/^\d{60}$/)
  })
})
