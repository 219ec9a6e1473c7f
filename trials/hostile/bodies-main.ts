/**
 * @module `bun trials/hostile/bodies-main.ts`: reads the command line, runs one hostile trial of the oblivious doors, says
 * what it found.
 */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { toCount, toRuntime } from '#bench/options.ts'
import { type BodiesOptions, runHostileBodies } from '#hostile/bodies.ts'
import { temporaryDirectory } from '#relay-process.ts'

const help = `bun trials/hostile/bodies-main.ts [OPTION…]

Sends requests to /v2 of a relay of its own that no client would send, in clear and sealed, while
honest people write to each other. Afterwards the relay must be alive, have reported nothing, need
no more than 96 MB more than when it was warm, and everybody must have got what was theirs.

  --requests N     how many (100000)
  --runtime NAME   what the relay runs on: bun or node (bun)
  --seed N         repeats the requests of an earlier trial
  --help`

const maxSeed = 2 ** 31

function readOptions(argv: readonly string[]): BodiesOptions | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      requests: { type: 'string', default: '100000' },
      runtime: { type: 'string', default: 'bun' },
      seed: { type: 'string', default: String(randomInt(1, maxSeed)) },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  return {
    requests: toCount('--requests', values.requests, 1_000_000_000),
    runtime: toRuntime(values.runtime),
    seed: toCount('--seed', values.seed, maxSeed),
  }
}

async function run(options: BodiesOptions): Promise<number> {
  const controller = new AbortController()
  process.once('SIGINT', () => controller.abort(new Error('Cannot finish: interrupted')))
  await using directory = await temporaryDirectory('hostile-bodies')
  console.log(`${options.requests} requests against ${options.runtime}, --seed ${options.seed}`)
  const { faults, relayOutput } = await runHostileBodies(
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
