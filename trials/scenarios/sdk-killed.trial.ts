/**
 * @module Somebody whose program is killed again and again while they write: what it promised is read, once and in order.
 */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { Child } from '#child.ts'
import { createChance } from '#crash/random.ts'
import { type Runtime, runtimePath } from '#relay-process.ts'
import { SdkStage } from '#sdk-stage.ts'

const writerEntry = fileURLToPath(new URL('../clients/sdk-writer.ts', import.meta.url))
const kills = 12

test(
  'a program that is killed twelve times while it sends 100 messages loses nothing of what it promised',
  { timeout: 120_000 },
  async () => {
    await using stage = await SdkStage.open('node')
    const bob = await stage.person('bob')
    const { link } = await bob.messenger.invite()
    const seed = Date.now() % 1_000_000
    console.log(`killed by chance, seed ${seed}`)
    const chance = createChance(seed)
    const promised: string[] = []
    for (let life = 1; life <= kills; life++) {
      // Not while the profile is made: then there is none.
      const wanted = chance.integer(life === 1 ? 1 : 0, 14)
      const millis = chance.integer(0, wanted === 0 ? 1500 : 40)
      const said = await killedAfter({ wanted, millis }, (onLine) =>
        write(stage, runtimeOf(life), { beginning: `${life}: `, count: 999, link, onLine }),
      )
      promised.push(...said)
    }
    const last: string[] = []
    const count = Math.max(1, 100 - promised.length)
    const onLine = (line: string): void => void last.push(line)
    const order = { beginning: 'last: ', count, link, onLine }
    await using writer = await write(stage, runtimeOf(kills + 1), order)
    expect([(await writer.stopped()).code, writer.output()]).toEqual([0, ''])
    expect(last.pop()).toBe('all sent')
    promised.push(...last)
    const [{ id } = { id: '' }] = await bob.messenger.contacts()
    await bob.until('the last one', async () => {
      return (await bob.read(id)).at(-1) === `last: ${count}` || undefined
    })
    const read = await bob.read(id)
    expect(new Set(read).size).toBe(read.length)
    expect(read.filter((text) => promised.includes(text))).toEqual(promised)
    // Beside them at most one of each life: written, and killed before it could say so.
    expect(read.length - promised.length).toBeLessThanOrEqual(kills)
    expect(promised.length).toBeGreaterThanOrEqual(100)
    expect(bob.failures).toEqual([])
  },
)

/** They take turns over the same file. */
function runtimeOf(life: number): Runtime {
  return life % 2 === 1 ? 'bun' : 'node'
}

interface Order {
  readonly beginning: string
  readonly count: number
  readonly link: string
  readonly onLine: (line: string) => void
}

function write(
  { directory, url }: SdkStage,
  runtime: Runtime,
  { beginning, count, link, onLine }: Order,
): Promise<Child> {
  const home = join(directory, 'writer')
  return Child.start({
    command: runtimePath(runtime),
    arguments: [writerEntry, home, url, beginning, String(count), link],
    onLine,
  })
}

/** What it promised until it was killed: so many messages, and then a moment. */
async function killedAfter(
  { wanted, millis }: { readonly wanted: number; readonly millis: number },
  start: (onLine: (line: string) => void) => Promise<Child>,
): Promise<readonly string[]> {
  const said: string[] = []
  const enough = Promise.withResolvers<void>()
  await using writer = await start((line) => {
    said.push(line)
    if (said.length >= wanted) enough.resolve()
  })
  const ended = writer.stopped().then(() => 'ended' as const)
  if (wanted > 0 && (await Promise.race([enough.promise, ended])) === 'ended') {
    throw new Error(`It ended by itself\n${writer.output()}`)
  }
  // The moment of its death is not waited for but chosen.
  await sleep(millis)
  await writer.stop('SIGKILL')
  return said
}
