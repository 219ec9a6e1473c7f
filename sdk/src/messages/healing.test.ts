import { describe, expect, test } from 'vitest'
import { World } from '#world-for-tests.ts'

const second = 1000

/** What Bob had of his sessions is gone, as after a disk that was set back; all else is there. */
async function loseSessions(records: {
  list(collection: string, range: { limit: number }): Promise<readonly { id: string }[]>
  write(changes: readonly { kind: 'delete'; collection: string; id: string }[]): Promise<void>
}): Promise<void> {
  const rows = await records.list('session', { limit: 1000 })
  await records.write(rows.map(({ id }) => ({ kind: 'delete', collection: 'session', id })))
}

describe('when one side has lost its sessions', () => {
  test('what cannot be read is seen to be missing, is said again, and takes its place', async () => {
    const world = new World()
    const ann = await world.person('Ann')
    const bob = await world.person('Bob')
    const [toBob, toAnn] = await ann.meet(bob)
    await ann.messenger.send(toBob, '1')
    await world.pass(30 * second)
    await bob.messenger.send(toAnn, 'ok')
    await world.pass(30 * second)
    await loseSessions(bob.records)
    await ann.goOffline()
    await ann.messenger.send(toBob, '2')
    await ann.messenger.send(toBob, '3')
    await ann.goOnline()
    await world.settle()
    await world.pass(60 * second)
    expect(await bob.texts(toAnn)).toEqual(['1', 'ok', '2', '3'])
    const kinds = (await bob.messenger.history(toAnn)).map(({ kind }) => kind)
    expect(kinds).not.toContain('lost')
    expect(bob.events).toContainEqual(
      expect.objectContaining({ message: expect.objectContaining({ kind: 'lost' }) }),
    )
    await ann.messenger.send(toBob, '4')
    await world.settle()
    await bob.messenger.send(toAnn, '5')
    await world.pass(60 * second)
    expect((await ann.texts(toBob)).slice(-2)).toEqual(['4', '5'])
    expect((await bob.texts(toAnn)).slice(-2)).toEqual(['4', '5'])
    expect(world.failures).toEqual([])
  })

  test('and both do, they find to each other', async () => {
    const world = new World()
    const ann = await world.person('Ann')
    const bob = await world.person('Bob')
    const [toBob, toAnn] = await ann.meet(bob)
    await ann.messenger.send(toBob, '1')
    await bob.messenger.send(toAnn, '2')
    await world.pass(60 * second)
    await loseSessions(ann.records)
    await loseSessions(bob.records)
    await ann.messenger.send(toBob, '3')
    await bob.messenger.send(toAnn, '4')
    await world.pass(600 * second)
    await ann.messenger.send(toBob, '5')
    await bob.messenger.send(toAnn, '6')
    await world.pass(60 * second)
    const all = ['1', '2', '3', '4', '5', '6']
    expect((await ann.texts(toBob)).toSorted()).toEqual(all)
    expect((await bob.texts(toAnn)).toSorted()).toEqual(all)
    expect(world.failures).toEqual([])
  })

  test('what comes a second time, and cannot be read any more, leaves no gap', async () => {
    const world = new World()
    const ann = await world.person('Ann')
    const bob = await world.person('Bob')
    const [toBob, toAnn] = await ann.meet(bob)
    await world.pass(60 * second)
    world.relay.mischief = { duplicates: () => true }
    await bob.goOffline()
    await ann.messenger.send(toBob, 'Once')
    await world.settle()
    world.relay.mischief = {}
    const [first, twin] = world.relay.seen.slice(-2)
    expect(twin).toEqual(first)
    await bob.goOnline()
    await loseSessions(bob.records)
    const { address = '', payload = new Uint8Array() } = twin ?? {}
    const { signal } = new AbortController()
    await world.relay.deposits().send(Uint8Array.fromHex(address), payload, signal)
    await world.pass(60 * second)
    const shown = (await bob.messenger.history(toAnn)).map(({ kind, body }) => `${kind} ${body}`)
    expect(shown).toEqual(['notice ', 'text Once'])
    expect((await bob.messenger.conversation(toAnn))?.unread).toBe(1)
  })

  test('what nobody can say again stays missing, and is seen to', async () => {
    const world = new World()
    const ann = await world.person('Ann')
    const bob = await world.person('Bob')
    const [toBob, toAnn] = await ann.meet(bob)
    await ann.messenger.send(toBob, '1')
    await world.pass(60 * second)
    await loseSessions(bob.records)
    await ann.messenger.send(toBob, '2')
    const rows = await ann.records.list('sent', { limit: 1000 })
    await ann.records.write(
      rows.map(({ id }) => ({ kind: 'delete', collection: 'sent', id }) as const),
    )
    await world.settle()
    const later = await ann.records.list('sent', { limit: 1000 })
    await ann.records.write(
      later.map(({ id }) => ({ kind: 'delete', collection: 'sent', id }) as const),
    )
    await world.pass(600 * second)
    const history = await bob.messenger.history(toAnn)
    expect(history.filter(({ kind }) => kind === 'lost').length).toBe(1)
  })
})
