/**
 * @module `bun trials/hostile/main.ts`: reads the command line, runs one hostile trial, says what it found.
 */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { toCount, toRuntime } from '#bench/options.ts'
import { type HostileOptions, runHostileTrial } from '#hostile/trial.ts'
import { temporaryDirectory } from '#relay-process.ts'

const help = `bun trials/hostile/main.ts [OPTION…]

Sends frames to a relay of its own that no client would send, made from valid ones of every type, on
sockets that are logged in and on some that are not, while two honest people talk. Afterwards the
relay must be alive, have reported nothing, need no more than 64 MB more than when it was warm, and
the two must have heard everything, in order.

  --frames N       how many (100000)
  --runtime NAME   what the relay runs on: bun or node (bun)
  --seed N         repeats the frames of an earlier trial
  --help`

const maxSeed = 2 ** 31

function readOptions(argv: readonly string[]): HostileOptions | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      frames: { type: 'string', default: '100000' },
      runtime: { type: 'string', default: 'bun' },
      seed: { type: 'string', default: String(randomInt(1, maxSeed)) },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  return {
    frames: toCount('--frames', values.frames, 1_000_000_000),
    runtime: toRuntime(values.runtime),
    seed: toCount('--seed', values.seed, maxSeed),
  }
}

async function run(options: HostileOptions): Promise<number> {
  const controller = new AbortController()
  process.once('SIGINT', () => controller.abort(new Error('Cannot finish: interrupted')))
  await using directory = await temporaryDirectory('hostile')
  console.log(`${options.frames} frames against ${options.runtime}, --seed ${options.seed}`)
  const { faults, relayOutput } = await runHostileTrial(
    options,
    directory.path,
    console.log,
    controller.signal,
  )
  if (faults.length === 0) {
    console.log('The relay is as it was, and nobody was disturbed')
    return 0
  }
  console.error(`${faults.length} faults, --seed ${options.seed}`)
  for (const fault of faults.slice(0, 20)) console.error(`  ${fault}`)
  if (relayOutput !== '') console.error(`The relay's last words:\n${relayOutput.slice(-4000)}`)
  return 1
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options === 'help') console.log(help)
  else process.exitCode = await run(options)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}
