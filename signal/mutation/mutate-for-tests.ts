/**
 * @module `npm run mutate`: mutation testing of the Signal Protocol. Stryker changes the product in one place after the
 * other, and each time a test has to fail. Ends with 1 when fewer than 85 of 100 changes are noticed.
 *
 *     npm run mutate                      all of signal/src; takes an hour
 *     npm run mutate -- spqr groups       these folders alone
 *     npm run mutate -- spqr/chain.ts     one file
 *
 * What no test noticed is listed at the end, and shown in `.verify/mutation/report.html`. Labels and limits are changed
 * too, although they are read only once, when their file is loaded: nothing else holds them in place. The texts of
 * errors are not (`error-texts.ts`).
 */
import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'

const root = new URL('../..', import.meta.url).pathname
const source = 'signal/src'
const results = '.verify/mutation'

/** Folders that stand by their own tests. All others are also held by the tests of those that are built on them. */
const selfContained: ReadonlySet<string> = new Set(['spqr', 'fingerprint', 'identity'])

const { positionals } = parseArgs({ allowPositionals: true })
const chosen = positionals.map((name) => name.replace(/\/$/, ''))
const unknown = chosen.filter((name) => globSync(join(root, source, name)).length === 0)
if (unknown.length > 0) {
  throw new RangeError(`Cannot mutate '${unknown.join("', '")}': not in ${source}`)
}

const folders = new Set(chosen.map((name) => name.split('/')[0] ?? ''))
const [folder = ''] = folders
const isAlone = folders.size === 1 && selfContained.has(folder)

const options = {
  mutate: [
    ...(chosen.length === 0 ? [`${source}/**/*.ts`] : chosen.map(filesOf)),
    ...['*.test.ts', '*-for-tests.ts'].map((name) => `!${source}/**/${name}`),
  ],
  testRunner: 'vitest',
  // Not by `testFiles`: with these Stryker does not change what is read when a file is loaded.
  vitest: {
    configFile: 'signal/mutation/vitest.config.ts',
    related: true,
    dir: isAlone ? `${source}/${folder}` : source,
  },
  plugins: ['@stryker-mutator/vitest-runner', join(root, 'signal/mutation/error-texts.ts')],
  ignorers: ['error-texts'],
  coverageAnalysis: 'perTest',
  concurrency: 1,
  // A loop without end is known by its count. These are for a machine that has other things to do as well.
  timeoutMS: 10_000,
  timeoutFactor: 2,
  thresholds: { high: 95, low: 90, break: 85 },
  warnings: { slow: false },
  reporters: ['progress-append-only', 'clear-text', 'json', 'html'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: `${results}/report.json` },
  htmlReporter: { fileName: `${results}/report.html` },
  allowConsoleColors: false,
  tempDirName: `${results}/sandboxes`,
  cleanTempDir: 'always',
  ignorePatterns: [
    '/*',
    '!/signal',
    '!/package.json',
    '!/tsconfig.base.json',
    '/signal/src/libsignal',
    '*.bench.ts',
  ],
}

mkdirSync(join(root, results), { recursive: true })
const optionsFile = join(root, results, 'stryker.config.json')
writeFileSync(optionsFile, JSON.stringify(options))
const stryker = join(root, 'node_modules/@stryker-mutator/core/bin/stryker.js')
const { status } = spawnSync(process.execPath, [stryker, 'run', optionsFile], {
  cwd: root,
  stdio: 'inherit',
})
process.exitCode = status ?? 1

function filesOf(name: string): string {
  return `${source}/${name.endsWith('.ts') ? name : `${name}/**/*.ts`}`
}
