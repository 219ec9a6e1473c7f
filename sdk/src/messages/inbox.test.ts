import { expect, test } from 'vitest'
import { World } from '#world-for-tests.ts'

const second = 1000

test('what is under way when the connection is lost takes nothing of what comes on the next one', async () => {
  const world = new World()
  const ann = await world.person('Ann')
  const bob = await world.person('Bob')
  const [toBob, toAnn] = await ann.meet(bob)
  await world.pass(30 * second)
  await bob.goOffline()
  const texts = ['1', '2', '3']
  for (const text of texts) await ann.messenger.send(toBob, text)
  await world.settle()
  await bob.stop()
  let release: () => void = () => {}
  let isHeld = false
  bob.wrap = (storage) => ({
    get: (...of) => storage.get(...of),
    list: (...of) => storage.list(...of),
    async write(changes) {
      const isMessages = changes.some(({ collection }) => collection === 'message')
      if (isMessages && !isHeld) {
        isHeld = true
        await new Promise<void>((resolve) => (release = resolve))
      }
      await storage.write(changes)
    },
    [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose](),
  })
  bob.isOnline = true
  const starting = bob.start()
  await world.settle()
  expect(isHeld).toBe(true)
  world.relay.cutAll()
  world.relay.mischief = { reorders: () => true }
  for (const text of ['4', '5', '6']) await ann.messenger.send(toBob, text)
  await ann.goOnline()
  world.relay.reconnectAll()
  await world.settle()
  release()
  await starting
  await world.pass(second)
  expect((await bob.texts(toAnn)).toSorted()).toEqual([...texts, '4', '5', '6'])
  const left = world.relay.waitingAt((await ann.messenger.contact(toBob))?.address ?? '')
  expect(left).toEqual([])
})
