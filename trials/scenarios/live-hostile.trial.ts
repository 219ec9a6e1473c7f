/**
 * @module A short hostile trial, the same frames every time: `trials/hostile/main.ts` runs longer ones.
 */
import { expect, test } from 'vitest'
import { runHostileTrial } from '#hostile/trial.ts'
import { temporaryDirectory } from '#relay-process.ts'

const frames = 20_000
const seed = 20_261_120
const timeoutMillis = 240_000

test.each(['bun', 'node'] as const)(
  'a relay on %s bears frames that were made to break it, and two people talk on',
  async (runtime) => {
    await using directory = await temporaryDirectory('hostile')
    const { faults, relayOutput } = await runHostileTrial(
      { frames, seed, runtime },
      directory.path,
      () => {},
      AbortSignal.timeout(timeoutMillis),
    )
    expect(faults, relayOutput).toEqual([])
  },
  timeoutMillis + 30_000,
)
