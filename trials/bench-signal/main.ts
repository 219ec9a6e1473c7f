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
import type { Rounds, Side } from './measure.ts'

/**
 * What our side may take of libsignal's time, and what it may take in Chromium: microseconds on the machine that these
 * targets come from, where libsignal on Node 26 took `libsignalThere`. Here they are as much longer as libsignal is.
 */
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

const libsignalThere: Readonly<Partial<Record<CaseName, number>>> = {
  'one-way': 158,
  'ping-pong': 249,
  'set-up': 906,
}

/** Gzipped. */
const bundleLimits = { whole: 250_000, withoutWasm: 60_000 }

const usage = `npm run bench:signal -- [CASE…] [--help]

Measures our Signal Protocol beside libsignal-client 0.103 in the same run: microseconds for one operation, the median of
ten rounds in turns, and the ratio to libsignal. In Chromium there is no libsignal. Sessions and sender keys are read from bytes and
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
  if (load > 0.5) {
    console.log(`Other programs are busy here (load ${load.toFixed(1)}): trust no figure\n`)
  }
  const names = caseNames.filter((name) => only.length === 0 || only.includes(name))
  let missed = 0
  let libsignalHere: Results = new Map()
  for (const runtime of ['Bun', 'Node'] as const) {
    const [sotto, libsignal] = await measureIn(runtime, names)
    missed += show(runtime, sotto, libsignal)
    libsignalHere = libsignal
  }
  const inChromium = await measureInChromium(names)
  if (inChromium === undefined) console.log('SKIPPED: Chromium is not installed\n')
  else missed += showChromium(inChromium, libsignalHere)
  const { whole, withoutWasm } = await bundleBytes()
  missed += showBundle('with WebAssembly', whole, bundleLimits.whole)
  missed += showBundle('without', withoutWasm, bundleLimits.withoutWasm)
  console.log(missed === 0 ? '\nAll targets are met' : `\n${missed} targets are not met`)
}

type Results = ReadonlyMap<CaseName, Rounds>

/** Both sides in turns, twice, so that what disturbs one disturbs the other. */
async function measureIn(
  runtime: 'Bun' | 'Node',
  names: readonly CaseName[],
): Promise<readonly [Results, Results]> {
  const results = [new Map<CaseName, Rounds>(), new Map<CaseName, Rounds>()] as const
  for (const name of names) {
    for (let turn = 0; turn < 2; turn++) {
      for (const [at, side] of (['sotto', 'libsignal'] as const).entries()) {
        const { provider, micros } = await roundsIn(runtime, side, name)
        const before = results[at]?.get(name)?.micros ?? []
        results[at]?.set(name, { provider, micros: [...before, ...micros] })
      }
    }
  }
  return results
}

async function roundsIn(runtime: 'Bun' | 'Node', side: Side, name: CaseName): Promise<Rounds> {
  const script = fileURLToPath(new URL('./measure.ts', import.meta.url))
  const child = Bun.spawn([runtime.toLowerCase(), script, side, name], {
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const printed = await new Response(child.stdout).text()
  if ((await child.exited) !== 0) throw new Error(`Cannot measure ${name} by ${side} on ${runtime}`)
  return JSON.parse(printed.trim().split('\n').at(-1) ?? '') as Rounds
}

/** Prints one runtime's table and returns how many targets it misses. */
function show(runtime: 'Bun' | 'Node', sotto: Results, libsignal: Results): number {
  const [first] = sotto.values()
  console.log(`${runtime}, primitives by ${first?.provider}`)
  console.log(
    `  ${'µs'.padEnd(14)} ${'sotto'.padStart(9)} ${'libsignal'.padStart(9)} ${'ratio'.padStart(7)}  target`,
  )
  let missed = 0
  for (const [name, { micros }] of sotto) {
    const ours = median(micros)
    const theirs = median(libsignal.get(name)?.micros ?? [])
    const ratio = ours / theirs
    const target = targets[name][runtime]
    const isMet = target === undefined || ratio <= target
    if (!isMet) missed++
    const cells = [
      name.padEnd(14),
      ours.toFixed(1).padStart(9),
      theirs.toFixed(1).padStart(9),
      ratio.toFixed(2).padStart(7),
    ]
    const verdict = target === undefined ? '' : ` ≤ ${target}${isMet ? '' : '  NOT MET'}`
    console.log(`  ${cells.join(' ')} ${verdict}`)
  }
  console.log('')
  return missed
}

/** Chromium has no libsignal to compare with: what it takes on Node in this run says how fast this machine is. */
function showChromium(sotto: Results, libsignalHere: Results): number {
  const [first] = sotto.values()
  console.log(`Chromium, primitives by ${first?.provider}`)
  console.log(
    `  ${'µs'.padEnd(14)} ${'sotto'.padStart(9)} ${'slower'.padStart(9)}  target there, and here`,
  )
  let missed = 0
  for (const [name, { micros }] of sotto) {
    const ours = median(micros)
    const target = targets[name].Chromium
    const there = libsignalThere[name]
    if (target === undefined || there === undefined) {
      console.log(`  ${name.padEnd(14)} ${ours.toFixed(1).padStart(9)}`)
      continue
    }
    const slower = median(libsignalHere.get(name)?.micros ?? []) / there
    const isMet = ours <= target * slower
    if (!isMet) missed++
    const cells = [
      name.padEnd(14),
      ours.toFixed(1).padStart(9),
      slower.toFixed(2).padStart(9),
      ` ≤ ${target}, here ${(target * slower).toFixed(0)}${isMet ? '' : '  NOT MET'}`,
    ]
    console.log(`  ${cells.join(' ')}`)
  }
  console.log('')
  return missed
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}

function showBundle(what: string, bytes: number, limit: number): number {
  const isMet = bytes <= limit
  const kilobytes = (bytes / 1000).toFixed(1)
  console.log(
    `Browser bundle ${what}: ${kilobytes} kB gzip, at most ${limit / 1000}${isMet ? '' : '  NOT MET'}`,
  )
  return isMet ? 0 : 1
}
