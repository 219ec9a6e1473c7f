/**
 * A program can be killed at any moment. Here it is killed at each of its writes, just before and just after it is on
 * disk, and started again over what was left.
 */
import { describe, expect, test } from 'vitest'
import type { Storage } from '#ports/storage.ts'
import { type Person, World } from '#world-for-tests.ts'

const second = 1000

/** Never answers again from the write with this number on; `isKept` is whether that one still reaches the disk. */
function dyingAt(storage: Storage, number: number, isKept: boolean, died: () => void): Storage {
  let writes = 0
  const never = new Promise<never>(() => {})
  return {
    get: (...of) => (writes >= number ? never : storage.get(...of)),
    list: (...of) => (writes >= number ? never : storage.list(...of)),
    async write(changes) {
      writes++
      if (writes < number) return storage.write(changes)
      if (writes === number && isKept) await storage.write(changes)
      if (writes === number) died()
      return never
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

interface Story {
  readonly world: World
  readonly ann: Person
  readonly bob: Person
  readonly toBob: string
  readonly toAnn: string
  /** What `send` has promised to Ann. */
  readonly promised: string[]
}

async function begin(): Promise<Story> {
  const world = new World()
  const ann = await world.person('Ann')
  const bob = await world.person('Bob')
  const [toBob, toAnn] = await ann.meet(bob)
  await world.pass(30 * second)
  return { world, ann, bob, toBob, toAnn, promised: [] }
}

/** One after the other; what is promised after the program was killed was not promised. */
function talk({ ann, toBob, promised }: Story, texts: readonly string[]): void {
  const { messenger } = ann
  for (const text of texts) {
    void messenger.send(toBob, text).then(
      () => promised.push(text),
      () => {},
    )
  }
}

/** What dies while it starts never says that it has. */
async function startOrDie(person: Person, isDead: () => boolean): Promise<void> {
  const started = person.start()
  for (let i = 0; i < 5 && !isDead(); i++) await person.world.settle()
  if (!isDead()) await started
}

const cases = Array.from({ length: 14 }, (_, i) => i + 1).flatMap((number) => [
  [number, 'before'] as const,
  [number, 'after'] as const,
])

describe.each(cases)('killed at write %i, just %s it is on disk,', (number, moment) => {
  test('a sender loses nothing that was promised, and the other side reads nothing twice', async () => {
    const story = await begin()
    const { world, ann, bob, toBob, toAnn, promised } = story
    await ann.stop()
    let isDead = false
    ann.wrap = (storage) =>
      dyingAt(storage, number, moment === 'after', () => {
        isDead = true
        ann.kill()
      })
    const texts = ['1', '2', '3', '4', '5']
    await startOrDie(ann, () => isDead)
    if (!isDead) talk(story, texts)
    await world.pass(20 * second)
    const before = [...promised]
    ann.wrap = (storage) => storage
    if (isDead) await ann.start()
    else await ann.restart()
    await world.pass(60 * second)
    const read = await bob.texts(toAnn)
    expect(read).toEqual(texts.filter((text) => read.includes(text)))
    for (const text of before) expect(read).toContain(text)
    expect(await ann.texts(toBob)).toEqual(read)
    await ann.messenger.send(toBob, 'and on')
    await bob.messenger.send(toAnn, 'yes')
    await world.pass(60 * second)
    expect((await bob.texts(toAnn)).toSorted()).toEqual([...read, 'and on', 'yes'].toSorted())
    expect((await ann.texts(toBob)).toSorted()).toEqual([...read, 'and on', 'yes'].toSorted())
    expect(world.failures).toEqual([])
  })

  test('a reader loses nothing that was accepted, and shows nothing twice', async () => {
    const story = await begin()
    const { world, ann, bob, toBob, toAnn } = story
    await bob.stop()
    let isDead = false
    bob.wrap = (storage) =>
      dyingAt(storage, number, moment === 'after', () => {
        isDead = true
        bob.kill()
      })
    await startOrDie(bob, () => isDead)
    const texts = ['1', '2', '3', '4', '5']
    for (const text of texts) {
      await ann.messenger.send(toBob, text)
      await world.pass(3 * second)
    }
    await world.pass(30 * second)
    bob.wrap = (storage) => storage
    if (isDead) await bob.start()
    else await bob.restart()
    await world.pass(60 * second)
    expect(await bob.texts(toAnn)).toEqual(texts)
    expect(await ann.statuses(toBob)).toEqual(texts.map(() => 'delivered'))
    expect(world.relay.waiting).toBe(0)
    expect(world.failures).toEqual([])
  })
})
