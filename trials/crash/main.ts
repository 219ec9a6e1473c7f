/**
 * @module `npm run crash`: kills a relay under load, again and again, and says whether anything was lost.
 */
import { runCrashTrial } from '#crash/trial.ts'
import { runTrialCommand } from '#trial-command.ts'

const help = `npm run crash -- [OPTION…]

Ends a relay of its own at random moments under full load, starts it again, and checks that every
answered send arrives exactly once and in order, and that no one-time prekey is served twice.
Three ends of four are kill -9, the fourth is SIGTERM.

  --rounds N       how often the relay is ended (5)
  --runtime NAME   what the relay runs on: bun or node (bun)
  --seed N         repeats the choices of an earlier trial
  --help`

await runTrialCommand(
  {
    help,
    name: 'crash',
    unit: 'rounds',
    usually: 5,
    atMost: 100_000,
    maxSeed: 2 ** 32 - 1,
    wellDone: 'Nothing was lost, nothing came twice, nothing came out of order',
    run: ({ amount, ...options }, ...rest) =>
      runCrashTrial({ ...options, rounds: amount }, ...rest),
  },
  process.argv.slice(2),
)
