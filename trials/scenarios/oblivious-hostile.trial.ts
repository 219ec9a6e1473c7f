/**
 * @module A short hostile trial of the oblivious doors, the same requests every time: `trials/hostile/bodies-main.ts` runs
 * longer ones.
 */
import { expect, test } from 'vitest'
import { runHostileBodies } from '#hostile/bodies.ts'
import { temporaryDirectory } from '#relay-process.ts'

const requests = 20_000
const seed = 20_261_120
const timeoutMillis = 120_000

test.each(['bun', 'node'] as const)(
  'a relay on %s bears bodies that were made to break it, and honest people get their letters',
  async (runtime) => {
    await using directory = await temporaryDirectory('hostile-bodies')
    const { faults, relayOutput } = await runHostileBodies(
      { requests, seed, runtime },
      directory.path,
      () => {},
      AbortSignal.timeout(timeoutMillis),
    )
    expect(faults, relayOutput).toEqual([])
  },
  timeoutMillis + 30_000,
)
