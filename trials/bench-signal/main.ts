/**
 * @module `npm run bench:signal`: our Signal Protocol beside libsignal-client, on Bun and on Node in the same run, and in
 * Chromium, where libsignal does not exist.
 *
 *     npm run bench:signal                     everything
 *     npm run bench:signal -- one-way seal     these cases alone
 */
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import { loadavg } from 'node:os'
import { caseNames, type CaseName } from './cases.ts'
import { bundleBytes, measureInChromium } from './chromium.ts'
import type { Measured } from './measure.ts'

/** What our side may take of libsignal's time, and what it may take in Chromium in microseconds. */
const targets: Readonly<
  Record<CaseName, { readonly Bun?: number; readonly Node?: number; readonly Chromium?: number }>
> = {
  'one-way': { Bun: 1, Node: 1, Chromium: 120 },
  'ping-pong': { Bun: 1, Node: 1.2, Chromium: 400 },
  'set-up': { Bun: 1.3, Node: 1.3, Chromium: 1600 },
  'group encrypt': { Bun: 1.5, Node: 1.5 },
  'group decrypt': { Bun: 1.5, Node: 1.5 },
  seal: { Bun: 1.5, Node: 1.5 },
  unseal: { Bun: 1.5, Node: 1.5 },
}

/** Gzipped. */
const bundleLimits = { whole: 250_000, withoutWasm: 60_000 }

const usage = `npm run bench:signal -- [CASE…] [--help]

Measures our Signal Protocol beside libsignal-client 0.103 in the same run: microseconds for one operation, the median of
nine rounds in turns, and the ratio to libsignal. In Chromium there is no libsignal. Sessions and sender keys are read from bytes and
written to bytes by both.

Cases: ${caseNames.map((name) => `'${name}'`).join(', ')}`

const { values, positionals } = parseArgs({
  options: { help: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const known: ReadonlySet<string> = new Set(caseNames)
const unknown = positionals.find((word) => !known.has(word))
if (values.help) console.log(usage)
else if (unknown !== undefined) {
  console.error(`Cannot measure '${unknown}'\n\n${usage}`)
  process.exitCode = 2
} else await run(positionals)

async function run(only: readonly string[]): Promise<void> {
  const load = loadavg()[0] ?? 0
  if (load > 0.5)
    console.log(`Other programs are busy here (load ${load.toFixed(1)}): trust no figure\n`)
  let missed = 0
  for (const runtime of ['bun', 'node'] as const) missed += show(await measureIn(runtime, only))
  const inChromium = await measureInChromium(only)
  if (inChromium === undefined) console.log('SKIPPED: Chromium is not installed\n')
  else missed += show(inChromium)
  const { whole, withoutWasm } = await bundleBytes()
  missed += showBundle('with WebAssembly', whole, bundleLimits.whole)
  missed += showBundle('without', withoutWasm, bundleLimits.withoutWasm)
  console.log(missed === 0 ? '\nAll targets are met' : `\n${missed} targets are not met`)
}

async function measureIn(runtime: 'bun' | 'node', only: readonly string[]): Promise<Measured> {
  const script = fileURLToPath(new URL('./measure.ts', import.meta.url))
  const child = Bun.spawn([runtime, script, ...only], { stdout: 'pipe', stderr: 'inherit' })
  const printed = await new Response(child.stdout).text()
  if ((await child.exited) !== 0) throw new Error(`Cannot measure: ${runtime} failed`)
  return JSON.parse(printed.trim().split('\n').at(-1) ?? '') as Measured
}

/** Prints one runtime's table and returns how many targets it misses. */
function show({ runtime, provider, sotto, libsignal }: Measured): number {
  console.log(`${runtime}, primitives by ${provider}`)
  console.log(
    `  ${'µs'.padEnd(14)} ${'sotto'.padStart(9)} ${'libsignal'.padStart(9)} ${'ratio'.padStart(7)}  target`,
  )
  let missed = 0
  for (const name of caseNames) {
    const ours = sotto[name]
    if (ours === undefined) continue
    const theirs = libsignal?.[name]
    const value = theirs === undefined ? ours : ours / theirs
    const target = Object.entries(targets[name]).find(([key]) => runtime.startsWith(key))?.[1]
    const isMet = target === undefined || value <= target
    if (!isMet) missed++
    const cells = [
      name.padEnd(14),
      ours.toFixed(1).padStart(9),
      (theirs?.toFixed(1) ?? '–').padStart(9),
      (theirs === undefined ? '–' : value.toFixed(2)).padStart(7),
    ]
    const verdict = target === undefined ? '' : ` ≤ ${target}${isMet ? '' : '  NOT MET'}`
    console.log(`  ${cells.join(' ')} ${verdict}`)
  }
  console.log('')
  return missed
}

function showBundle(what: string, bytes: number, limit: number): number {
  const isMet = bytes <= limit
  const kilobytes = (bytes / 1000).toFixed(1)
  console.log(
    `Browser bundle ${what}: ${kilobytes} kB gzip, at most ${limit / 1000}${isMet ? '' : '  NOT MET'}`,
  )
  return isMet ? 0 : 1
}
