import { expect, test } from 'vitest'
import type { Message } from '#messages/message.ts'
import { World } from '#world-for-tests.ts'

async function bodies(found: AsyncIterable<Message>): Promise<readonly string[]> {
  const all: string[] = []
  for await (const { body } of found) all.push(body)
  return all
}

test('somebody finds what they and others wrote, by words and by what they call the others', async () => {
  const world = new World()
  const ann = await world.person('Ann')
  const bob = await world.person('Bob')
  const [toBob, toAnn] = await ann.meet(bob)
  await ann.messenger.send(toBob, 'Shall we meet at the café?')
  await world.settle()
  await bob.messenger.send(toAnn, 'At the CAFE, on Friday')
  await world.settle()
  await ann.messenger.setNickname(toBob, 'Róbert')
  const { messenger } = ann
  expect(await bodies(messenger.search('cafe'))).toEqual([
    'At the CAFE, on Friday',
    'Shall we meet at the café?',
  ])
  expect(await bodies(messenger.search('cafe robert'))).toEqual(['At the CAFE, on Friday'])
  expect(await bodies(messenger.search('cafe', { limit: 1 }))).toHaveLength(1)
  expect(await bodies(messenger.search('cafe', { conversation: 'another' }))).toEqual([])
  await bob.messenger.send(toAnn, 'Or the other café')
  await world.settle()
  expect(await bodies(messenger.search('other'))).toEqual(['Or the other café'])
  expect(world.failures).toEqual([])
})

test('a search ends when it is told to, and when the messenger is closed', async () => {
  const world = new World()
  const ann = await world.person('Ann')
  const abort = new AbortController()
  abort.abort(new RangeError('enough'))
  const { messenger } = ann
  await expect(bodies(messenger.search('x', { signal: abort.signal }))).rejects.toThrow('enough')
  const begun = messenger.search('x')
  await ann.stop()
  await expect(bodies(begun)).rejects.toMatchObject({ code: 'closed' })
  expect(world.failures).toEqual([])
})
