/**
 * @module What `npm test` does, in this order: what fails fast comes first. To add a step, add a row.
 */
import { existsSync } from 'node:fs'
import type { Finished } from './run-command.ts'
import { readBunReport } from './junit-report.ts'
import { emptyTally, type Tally } from './tally.ts'
import { readVitestReport } from './vitest-report.ts'

export interface Step {
  /** `npm test -- name` runs this step alone. */
  readonly name: string
  /** The program, found in node_modules/.bin first, and its parameters. `report` is a path for a file to count from. */
  readonly command: (report: string) => readonly string[]
  readonly limitSeconds: number
  /** Why this machine cannot run it, if so: the step is skipped under this name. */
  readonly missing?: () => string | undefined
  /** What counts. `report` is the file's content, undefined when there is none. */
  readonly count: (finished: Finished, report: string | undefined) => Tally
}

/** A check that passes or fails as a whole counts as one test. */
const byExitCode: Step['count'] = ({ exitCode }) =>
  exitCode === 0 ? { ...emptyTally, passed: 1 } : { ...emptyTally, failed: 1 }

const byVitest: Step['count'] = (_, report) =>
  report === undefined ? emptyTally : readVitestReport(report)

const byBun: Step['count'] = ({ output }, report) =>
  report === undefined ? emptyTally : readBunReport(report, output)

/** A script of package.json, so that `npm run lint` by hand and the step are the same thing. */
const script = (name: string, ...parameters: readonly string[]): readonly string[] => [
  ...['npm', 'run', '--silent', name],
  ...(parameters.length === 0 ? [] : ['--', ...parameters]),
]

const vitest = (report: string, ...parameters: readonly string[]): readonly string[] =>
  script(
    'test:node',
    '--reporter=dot',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...parameters,
  )

export const steps: readonly Step[] = [
  {
    name: 'format',
    command: () => script('format:check'),
    limitSeconds: 60,
    count: byExitCode,
  },
  {
    name: 'lint',
    command: () => script('lint'),
    limitSeconds: 60,
    count: byExitCode,
  },
  {
    name: 'types',
    command: () => script('types'),
    limitSeconds: 120,
    count: byExitCode,
  },
  {
    name: 'house',
    command: (report) => vitest(report, 'tools/'),
    limitSeconds: 60,
    count: byVitest,
  },
  {
    name: 'node',
    command: (report) => vitest(report, '--exclude=tools/**'),
    limitSeconds: 900,
    count: byVitest,
  },
  {
    name: 'bun',
    command: (report) =>
      script(
        'test:bun',
        '--path-ignore-patterns=tools/**',
        '--only-failures',
        '--reporter=junit',
        `--reporter-outfile=${report}`,
      ),
    limitSeconds: 900,
    count: byBun,
  },
  {
    name: 'chromium',
    command: (report) => [
      ...['vitest', 'run', '--config', 'signal/chromium.vitest.config.ts'],
      ...['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`],
    ],
    limitSeconds: 900,
    missing: () =>
      existsSync('/usr/bin/chromium')
        ? undefined
        : 'the protocol in a browser (/usr/bin/chromium is not there)',
    count: byVitest,
  },
  {
    name: 'scenarios',
    command: (report) => [
      ...['vitest', 'run', '--config', 'trials/vitest.config.ts'],
      ...['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`],
    ],
    limitSeconds: 900,
    count: byVitest,
  },
  {
    name: 'crash on bun',
    command: () => ['bun', 'trials/crash/main.ts', '--rounds', '4', '--runtime', 'bun'],
    limitSeconds: 120,
    count: byExitCode,
  },
  {
    name: 'crash on node',
    command: () => ['bun', 'trials/crash/main.ts', '--rounds', '4', '--runtime', 'node'],
    limitSeconds: 120,
    count: byExitCode,
  },
]
