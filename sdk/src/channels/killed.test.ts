/**
 * What a channel's loop does is written before and after. Here the program is killed at each of its writes, just before
 * and just after it is on disk, and started again over what was left.
 */
import { describe, expect, test } from 'vitest'
import { channelOf, membersOf, nameOf, stage } from '#channels/stage-for-tests.ts'
import type { Storage } from '#ports/storage.ts'
import { type Person, World } from '#world-for-tests.ts'

const second = 1000

/** Kills at the write with this number; `isKept` is whether that one still reaches the disk. */
function dieAt(
  person: Person,
  number: number,
  isKept: boolean,
): { readonly isDead: () => boolean } {
  let writes = 0
  const never = new Promise<never>(() => {})
  person.wrap = (storage: Storage): Storage => ({
    get: (...of) => (writes >= number ? never : storage.get(...of)),
    list: (...of) => (writes >= number ? never : storage.list(...of)),
    async write(changes) {
      writes++
      if (writes < number) return storage.write(changes)
      if (writes === number && isKept) await storage.write(changes)
      if (writes === number) person.kill()
      return never
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  })
  return { isDead: () => writes >= number }
}

async function startAgain(person: Person, isDead: boolean): Promise<void> {
  person.wrap = (storage) => storage
  if (isDead) await person.start()
  else await person.restart()
  await person.world.pass(60 * second)
}

/** One that was killed on the way never comes to an end. */
async function startOrDie(person: Person, isDead: () => boolean): Promise<void> {
  void person.start().catch(() => {})
  for (let i = 0; i < 20 && !isDead(); i++) await person.world.settle()
}

/** What was promised, as it is promised. */
function noted(promise: Promise<unknown>, into: string[], what: string): void {
  void promise.then(
    () => into.push(what),
    () => {},
  )
}

const cases = Array.from({ length: 10 }, (_, i) => i + 1).flatMap((number) => [
  [number, 'before'] as const,
  [number, 'after'] as const,
])

describe.each(cases)('killed at write %i, just %s it is on disk,', (number, moment) => {
  const isKept = moment === 'after'

  test('an admin says everything that was promised, once, and puts out whom they said', async () => {
    const { world, ann, bob, cat, anns, bobs, cats } = await stage()
    await ann.messenger.send(anns, '0')
    await world.settle()
    await ann.stop()
    const { isDead } = dieAt(ann, number, isKept)
    await startOrDie(ann, isDead)
    const promised: string[] = []
    if (!isDead()) {
      const { messenger } = ann
      for (const text of ['1', '2']) noted(messenger.send(anns, text), promised, text)
      noted(messenger.channels.remove(anns, nameOf(cat)), promised, 'remove')
      await world.settle()
      if (!isDead())
        for (const text of ['3', '4']) noted(messenger.send(anns, text), promised, text)
    }
    await world.pass(5 * second)
    const before = [...promised]
    await startAgain(ann, isDead())
    const texts = await bob.texts(bobs)
    expect(texts).toEqual(['0', '1', '2', '3', '4'].filter((text) => texts.includes(text)))
    for (const what of before) {
      if (what === 'remove') expect(await membersOf(bob, bobs)).toEqual(['Ann', 'Bob'])
      else expect(texts).toContain(what)
    }
    expect(await ann.texts(anns)).toEqual(texts)
    expect(await membersOf(ann, anns)).toEqual(await membersOf(bob, bobs))
    const isOut = (await membersOf(bob, bobs)).length === 2
    await ann.messenger.send(anns, 'and on')
    await bob.messenger.send(bobs, 'yes')
    await world.pass(10 * second)
    const all = [...texts, 'and on', 'yes'].toSorted()
    expect((await bob.texts(bobs)).toSorted()).toEqual(all)
    expect((await ann.texts(anns)).toSorted()).toEqual(all)
    expect((await cat.texts(cats)).includes('and on')).toBe(!isOut)
    expect(world.failures).toEqual([])
  })

  test('a reader shows everything, once', async () => {
    const { world, ann, bob, anns, bobs } = await stage(['Bob'])
    await bob.stop()
    const { isDead } = dieAt(bob, number, isKept)
    await startOrDie(bob, isDead)
    const texts = ['1', '2', '3', '4', '5']
    for (const text of texts) {
      await ann.messenger.send(anns, text)
      if (text === '3') await ann.messenger.channels.rename(anns, 'Trees')
      await world.settle()
    }
    await world.pass(5 * second)
    await startAgain(bob, isDead())
    expect(await bob.texts(bobs)).toEqual(texts)
    expect(await channelOf(bob, bobs)).toMatchObject({ name: 'Trees', isForked: false })
    await bob.messenger.send(bobs, 'yes')
    await world.pass(10 * second)
    expect(await ann.texts(anns)).toContain('yes')
    expect(world.relay.waiting).toBe(0)
    expect(world.failures).toEqual([])
  })

  test('who makes a channel has it, or not, and who joins comes in', async () => {
    const world = new World()
    const ann = await world.person('Ann')
    const bob = await world.person('Bob')
    await world.pass(second)
    await ann.stop()
    const anns = dieAt(ann, number, isKept)
    await startOrDie(ann, anns.isDead)
    if (!anns.isDead()) noted(ann.messenger.channels.create({ name: 'Plants' }), [], '')
    await world.pass(5 * second)
    await startAgain(ann, anns.isDead())
    const [found] = await ann.messenger.channels.all()
    const { id } = found ?? (await ann.messenger.channels.create({ name: 'Plants' }))
    expect(await channelOf(ann, id)).toMatchObject({ stage: 'member', role: 'admin' })
    const link = await ann.messenger.channels.invite(id, { uses: 1 })

    await bob.stop()
    const bobs = dieAt(bob, number, isKept)
    await startOrDie(bob, bobs.isDead)
    if (!bobs.isDead()) noted(bob.messenger.channels.join(link), [], '')
    await world.pass(5 * second)
    await startAgain(bob, bobs.isDead())
    const joined =
      (await bob.messenger.channels.all())[0] ?? (await bob.messenger.channels.join(link))
    await world.pass(second)
    expect(await channelOf(bob, joined.id)).toMatchObject({ stage: 'member', name: 'Plants' })
    expect(await membersOf(ann, id)).toEqual(['Ann', 'Bob'])
    await bob.messenger.send(joined.id, 'Here I am')
    await world.settle()
    expect(await ann.texts(id)).toEqual(['Here I am'])
    expect(world.relay.channels.byId.size).toBe(1)
    expect(world.failures).toEqual([])
  })
})
