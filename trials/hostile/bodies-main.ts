/**
 * @module `bun trials/hostile/bodies-main.ts`: spoilt requests to the oblivious doors, while honest people write to each other.
 */
import { runHostileBodies } from '#hostile/bodies.ts'
import { runTrialCommand } from '#trial-command.ts'

const help = `bun trials/hostile/bodies-main.ts [OPTION…]

Sends requests to /v2 of a relay of its own that no client would send, in clear and sealed, while
honest people write to each other. Afterwards the relay must be alive, have reported nothing, need
no more than 96 MB more than when it was warm, and everybody must have got what was theirs.

  --requests N     how many (100000)
  --runtime NAME   what the relay runs on: bun or node (bun)
  --seed N         repeats the requests of an earlier trial
  --help`

await runTrialCommand(
  {
    help,
    name: 'hostile-bodies',
    unit: 'requests',
    usually: 100_000,
    atMost: 1_000_000_000,
    maxSeed: 2 ** 31,
    wellDone: 'The relay is as it was, and nobody was disturbed',
    run: ({ amount, ...options }, ...rest) =>
      runHostileBodies({ ...options, requests: amount }, ...rest),
  },
  process.argv.slice(2),
)
