/**
 * @module `npm run hostile`: spoilt frames on the live door, while honest people talk.
 */
import { runHostileTrial } from '#hostile/trial.ts'
import { runTrialCommand } from '#trial-command.ts'

const help = `bun trials/hostile/main.ts [OPTION…]

Sends frames to a relay of its own that no client would send, made from valid ones of every type, on
sockets that are logged in and on some that are not, while two honest people talk. Afterwards the
relay must be alive, have reported nothing, need no more than 64 MB more than when it was warm, and
the two must have heard everything, in order.

  --frames N       how many (100000)
  --runtime NAME   what the relay runs on: bun or node (bun)
  --seed N         repeats the frames of an earlier trial
  --help`

await runTrialCommand(
  {
    help,
    name: 'hostile',
    unit: 'frames',
    usually: 100_000,
    atMost: 1_000_000_000,
    maxSeed: 2 ** 31,
    wellDone: 'The relay is as it was, and nobody was disturbed',
    run: ({ amount, ...options }, ...rest) =>
      runHostileTrial({ ...options, frames: amount }, ...rest),
  },
  process.argv.slice(2),
)
