import { describe, expect, test } from 'vitest'
import { createBackground } from '#watch/background.ts'

const pause = (millis: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, millis))

function observed(random = () => 0) {
  const failures: [string, unknown][] = []
  const events = {
    backgroundFailed: (name: string, error: unknown) => void failures.push([name, error]),
  }
  return { failures, background: createBackground({ events, random }) }
}

describe('letting promises go', () => {
  test('a failure is reported with its name, a success is not', async () => {
    const { background, failures } = observed()
    const error = new Error('no')
    background.letGo('good', Promise.resolve(1))
    background.letGo('bad', Promise.reject(error))
    expect(background.running()).toBe(2)
    await background[Symbol.asyncDispose]()
    expect(failures).toEqual([['bad', error]])
    expect(background.running()).toBe(0)
  })

  test('disposing waits for what is under way, and for what that lets go', async () => {
    const { background } = observed()
    const done: string[] = []
    const second = async (): Promise<void> => {
      await pause(10)
      done.push('second')
    }
    const first = async (): Promise<void> => {
      await pause(10)
      background.letGo('second', second())
      done.push('first')
    }
    background.letGo('first', first())
    await background[Symbol.asyncDispose]()
    expect(done).toEqual(['first', 'second'])
  })
})

describe('repeating a task', () => {
  test('runs never overlap, and a pause is between them', async () => {
    const { background } = observed()
    let running = 0
    let most = 0
    let runs = 0
    background.every('task', { everyMillis: 5 }, async () => {
      running += 1
      most = Math.max(most, running)
      await pause(15)
      running -= 1
      runs += 1
    })
    await pause(120)
    await background[Symbol.asyncDispose]()
    expect(most).toBe(1)
    expect(runs).toBeGreaterThanOrEqual(2)
    expect(runs).toBeLessThanOrEqual(6)
    expect(running).toBe(0)
  })

  test('the first run comes after one interval, or at once', async () => {
    const { background } = observed()
    const ran: string[] = []
    background.every('later', { everyMillis: 10_000 }, () => void ran.push('later'))
    background.every(
      'at once',
      { everyMillis: 10_000, atOnce: true },
      () => void ran.push('at once'),
    )
    await pause(5)
    expect(ran).toEqual(['at once'])
    await background[Symbol.asyncDispose]()
  })

  test('a run that fails is reported and does not end the row', async () => {
    const { background, failures } = observed()
    let runs = 0
    background.every('thrower', { everyMillis: 1 }, () => {
      runs += 1
      throw new Error('thrown')
    })
    background.every('rejecter', { everyMillis: 1 }, () => Promise.reject(new Error('rejected')))
    await pause(60)
    await background[Symbol.asyncDispose]()
    expect(runs).toBeGreaterThan(1)
    const names = failures.map(([name]) => name)
    expect(names.filter((name) => name === 'thrower')).toHaveLength(runs)
    expect(names).toContain('rejecter')
  })

  test('disposing aborts the run that is under way, awaits it, and starts no other', async () => {
    const { background, failures } = observed()
    let runs = 0
    let ended = false
    const row = background.every('task', { everyMillis: 1, atOnce: true }, async (signal) => {
      runs += 1
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      await pause(10)
      ended = true
      // What an aborted await throws is no failure.
      signal.throwIfAborted()
    })
    await row[Symbol.asyncDispose]()
    expect(ended).toBe(true)
    await pause(10)
    expect([runs, failures]).toEqual([1, []])
    await background[Symbol.asyncDispose]()
  })

  test('a row that is disposed before its time never runs', async () => {
    const { background } = observed()
    let runs = 0
    const row = background.every('task', { everyMillis: 5 }, () => void (runs += 1))
    await row[Symbol.asyncDispose]()
    await pause(20)
    expect(runs).toBe(0)
  })

  test('a failure while stopping is still a failure', async () => {
    const { background, failures } = observed()
    background.every('task', { everyMillis: 1, atOnce: true }, async (signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      throw new Error('disk')
    })
    await background[Symbol.asyncDispose]()
    expect(failures.map(([name]) => name)).toEqual(['task'])
  })

  test('jitter lengthens the pause by the random part', async () => {
    let asked = 0
    const { background } = observed(() => {
      asked += 1
      return 0.5
    })
    const startedAt = performance.now()
    const ran = Promise.withResolvers<number>()
    background.every('task', { everyMillis: 40, jitter: 1 }, () => ran.resolve(performance.now()))
    expect((await ran.promise) - startedAt).toBeGreaterThanOrEqual(58)
    expect(asked).toBeGreaterThanOrEqual(1)
    await background[Symbol.asyncDispose]()
  })
})
