/**
 * Three people do what people do, in any order, over a network that does what networks do; a model in memory says what
 * has to come of it: everything that was accepted is read exactly once, by exactly the right people, or is reported as
 * failed.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Person, World } from '#world-for-tests.ts'

const second = 1000
const names = ['Ann', 'Bob', 'Cid'] as const
type Name = (typeof names)[number]

interface Model {
  /** By author and reader: what was written. */
  readonly written: Map<string, string[]>
  readonly blocked: Set<string>
  count: number
}

interface Real {
  readonly world: World
  readonly people: ReadonlyMap<Name, Person>
  /** By who knows and who is known: the contact's id. */
  readonly contacts: ReadonlyMap<string, string>
}

type Step = fc.AsyncCommand<Model, Real>

function personOf({ people }: Real, name: Name): Person {
  const person = people.get(name)
  if (person === undefined) throw new Error(`No such person: ${name}`)
  return person
}

function contactOf({ contacts }: Real, from: Name, to: Name): string {
  return contacts.get(`${from}→${to}`) ?? ''
}

class Say implements Step {
  readonly from: Name
  readonly to: Name
  constructor(from: Name, to: Name) {
    this.from = from
    this.to = to
  }
  check = (model: Readonly<Model>): boolean => !model.blocked.has(`${this.from}→${this.to}`)
  async run(model: Model, real: Real): Promise<void> {
    const text = `${model.count++}`
    await personOf(real, this.from).messenger.send(contactOf(real, this.from, this.to), text)
    const key = `${this.from}→${this.to}`
    model.written.set(key, [...(model.written.get(key) ?? []), text])
  }
  toString = (): string => `${this.from} writes to ${this.to}`
}

class Pass implements Step {
  readonly seconds: number
  constructor(seconds: number) {
    this.seconds = seconds
  }
  check = (): boolean => true
  run = (_: Model, real: Real): Promise<void> => real.world.pass(this.seconds * second)
  toString = (): string => `${this.seconds} s pass`
}

class Power implements Step {
  readonly name: Name
  readonly what: 'restart' | 'kill' | 'goOffline' | 'goOnline'
  constructor(name: Name, what: 'restart' | 'kill' | 'goOffline' | 'goOnline') {
    this.name = name
    this.what = what
  }
  check = (): boolean => true
  async run(_: Model, real: Real): Promise<void> {
    const person = personOf(real, this.name)
    if (this.what === 'kill') {
      person.kill()
      await person.start()
    } else await person[this.what]()
  }
  toString = (): string => `${this.name}: ${this.what}`
}

class Network implements Step {
  readonly mischief: 'none' | 'loses' | 'duplicates' | 'reorders' | 'down'
  constructor(mischief: 'none' | 'loses' | 'duplicates' | 'reorders' | 'down') {
    this.mischief = mischief
  }
  check = (): boolean => true
  async run(_: Model, { world }: Real): Promise<void> {
    const sometimes = (): boolean => (world.random(1)[0] ?? 0) < 80
    world.relay.isDown = this.mischief === 'down'
    world.relay.mischief =
      this.mischief === 'loses'
        ? { losesRequest: sometimes, losesAnswer: sometimes }
        : this.mischief === 'duplicates'
          ? { duplicates: sometimes }
          : this.mischief === 'reorders'
            ? { reorders: sometimes }
            : {}
    if (world.relay.isDown) world.relay.cutAll()
    else world.relay.reconnectAll()
  }
  toString = (): string => `network: ${this.mischief}`
}

class Forget implements Step {
  readonly name: Name
  constructor(name: Name) {
    this.name = name
  }
  check = (): boolean => true
  /** A disk that was set back, as far as sessions go. */
  async run(_: Model, real: Real): Promise<void> {
    const { records } = personOf(real, this.name)
    const rows = await records.list('session', { limit: 100 })
    await records.write(rows.map(({ id }) => ({ kind: 'delete', collection: 'session', id })))
  }
  toString = (): string => `${this.name} loses the sessions`
}

async function begin(seed: number): Promise<{ readonly model: Model; readonly real: Real }> {
  const world = new World(seed)
  const people = new Map<Name, Person>()
  for (const name of names) people.set(name, await world.person(name))
  const contacts = new Map<string, string>()
  const real = { world, people, contacts }
  for (const [a, b] of [
    ['Ann', 'Bob'],
    ['Bob', 'Cid'],
    ['Cid', 'Ann'],
  ] as const) {
    const [ab, ba] = await personOf(real, a).meet(personOf(real, b))
    contacts.set(`${a}→${b}`, ab)
    contacts.set(`${b}→${a}`, ba)
  }
  await world.pass(30 * second)
  return { model: { written: new Map(), blocked: new Set(), count: 0 }, real }
}

/** All is well again, and there is time. */
async function end({ world, people }: Real): Promise<void> {
  world.relay.mischief = {}
  world.relay.isDown = false
  for (const person of people.values()) await person.goOnline()
  world.relay.reconnectAll()
  for (let i = 0; i < 6; i++) await world.pass(300 * second)
}

async function hold({ written }: Model, real: Real): Promise<void> {
  for (const from of names) {
    for (const to of names) {
      if (from === to) continue
      const sent = written.get(`${from}→${to}`) ?? []
      const here = contactOf(real, to, from)
      const history = await personOf(real, to).messenger.history(here, { limit: 1000 })
      const theirs = history.filter(({ isOwn }) => !isOwn)
      const read = theirs.filter(({ kind }) => kind === 'text').map(({ body }) => body)
      expect(read.toSorted()).toEqual(sent.toSorted())
      expect(theirs.filter(({ kind }) => kind === 'lost')).toEqual([])
      const there = contactOf(real, from, to)
      const statuses = await personOf(real, from).statuses(there)
      expect(statuses).toEqual(sent.map(() => 'delivered'))
    }
  }
  expect(real.world.failures).toEqual([])
}

const name = fc.constantFrom(...names)
const pair = fc.tuple(name, name).filter(([a, b]) => a !== b)
const steps = [
  pair.map(([from, to]) => new Say(from, to)),
  pair.map(([from, to]) => new Say(from, to)),
  pair.map(([from, to]) => new Say(from, to)),
  fc.integer({ min: 1, max: 120 }).map((seconds) => new Pass(seconds)),
  fc
    .tuple(name, fc.constantFrom('restart', 'kill', 'goOffline', 'goOnline'))
    .map(([who, what]) => new Power(who, what)),
  fc
    .constantFrom('none', 'loses', 'duplicates', 'reorders', 'down')
    .map((mischief) => new Network(mischief)),
]

const runs = Number(process.env['MODEL_RUNS'] ?? 15)

test('everything that was written is read exactly once, by exactly the right people', async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(steps, { maxCommands: 25 }), fc.nat(), async (commands, seed) => {
      const { model, real } = await begin(seed)
      await fc.asyncModelRun(() => ({ model, real }), commands)
      await end(real)
      await hold(model, real)
    }),
    { numRuns: runs },
  )
}, 600_000)

test('also when people lose their sessions in between', async () => {
  const forgetful = [...steps, name.map((who) => new Forget(who))]
  await fc.assert(
    fc.asyncProperty(
      fc.commands(forgetful, { maxCommands: 20 }),
      fc.nat(),
      async (commands, seed) => {
        const { model, real } = await begin(seed)
        await fc.asyncModelRun(() => ({ model, real }), commands)
        await end(real)
        await hold(model, real)
      },
    ),
    { numRuns: runs },
  )
}, 600_000)
