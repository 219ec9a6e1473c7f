/**
 * @module What a test waits for: things that arrive in order, and conditions that come true. Nothing here waits longer
 * than it must, and nothing waits for ever.
 */
import { setTimeout as pause } from 'node:timers/promises'

/** How long something may take that should happen at once. Long, because it is only ever used up by a failure. */
export const patienceMillis = 8000

/** Things that arrive, in their order, for one reader. */
export class Inbox<T> {
  readonly #what: string
  readonly #waiting: T[] = []
  #reader: ((item: T) => void) | undefined
  #fail: ((error: Error) => void) | undefined
  #ended: Error | undefined

  constructor(what: string) {
    this.#what = what
  }

  get size(): number {
    return this.#waiting.length
  }

  put(item: T): void {
    const reader = this.#reader
    this.#reader = undefined
    if (reader === undefined) this.#waiting.push(item)
    else reader(item)
  }

  /** Nothing more will come. */
  end(why: string): void {
    this.#ended = new Error(`No ${this.#what}: ${why}`)
    this.#fail?.(this.#ended)
  }

  async next(withinMillis = patienceMillis): Promise<T> {
    const first = this.#waiting.shift()
    if (first !== undefined) return first
    if (this.#ended !== undefined) throw this.#ended
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#reader = undefined
        reject(new Error(`No ${this.#what} within ${withinMillis} ms`))
      }, withinMillis)
      this.#reader = (item) => {
        clearTimeout(timer)
        resolve(item)
      }
      this.#fail = (error) => {
        clearTimeout(timer)
        reject(error)
      }
    })
  }

  /** Everything that is here now. */
  takeAll(): readonly T[] {
    return this.#waiting.splice(0)
  }
}

/** Looks again and again until it holds. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMillis = patienceMillis,
): Promise<void> {
  const deadline = performance.now() + withinMillis
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`Not within ${withinMillis} ms: ${what}`)
    await pause(5)
  }
}
