/**
 * @module Measures in this runtime: each case by both sides in turns, so that what disturbs one disturbs the other. The
 * last line is the result as JSON.
 */
import { openPrimitives } from '@sotto/primitives/provider'
import { caseNames, sottoCases, time, type CaseName, type Cases } from './cases.ts'

export interface Measured {
  readonly runtime: string
  readonly provider: string
  /** Microseconds for one operation: the median of the rounds. */
  readonly sotto: Readonly<Record<CaseName, number>>
  /** Undefined where libsignal has no binary. */
  readonly libsignal: Readonly<Record<CaseName, number>> | undefined
}

const rounds = 9
const roundSeconds = 0.25
const warmSeconds = 1

export async function measure(
  runtime: string,
  sotto: { readonly provider: string; readonly cases: Cases },
  libsignal: Cases | undefined,
  only: readonly CaseName[] = caseNames,
): Promise<Measured> {
  const result: Record<'sotto' | 'libsignal', Partial<Record<CaseName, number>>> = {
    sotto: {},
    libsignal: {},
  }
  for (const name of only) {
    const sides = await Promise.all([
      prepare(name, sotto.cases),
      ...(libsignal === undefined ? [] : [prepare(name, libsignal)]),
    ])
    const micros: number[][] = sides.map(() => [])
    for (let round = 0; round < rounds; round++) {
      for (const [at, side] of sides.entries()) {
        const seconds = await time(side.operation, side.repeat)
        micros[at]?.push((seconds / side.repeat) * 1e6)
      }
    }
    result.sotto[name] = median(micros[0] ?? [])
    if (libsignal !== undefined) result.libsignal[name] = median(micros[1] ?? [])
  }
  return {
    runtime,
    provider: sotto.provider,
    sotto: result.sotto as Measured['sotto'],
    libsignal: libsignal === undefined ? undefined : (result.libsignal as Measured['sotto']),
  }
}

/** Runs a case until it is warm, and finds how often it fits into a round. */
async function prepare(name: CaseName, cases: Cases) {
  const operation = await cases[name]()
  let repeat = 1
  let seconds = await time(operation, repeat)
  for (let total = seconds; total < warmSeconds; total += seconds) {
    if (seconds < roundSeconds / 2) repeat *= 2
    seconds = await time(operation, repeat)
  }
  return { operation, repeat: Math.max(1, Math.round((repeat * roundSeconds) / seconds)) }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}

async function libsignalHere(): Promise<Cases | undefined> {
  try {
    return (await import('./libsignal-cases.ts')).libsignalCases
  } catch (error) {
    console.error(
      `libsignal is left out: ${error instanceof Error ? error.message : String(error)}`,
    )
    return undefined
  }
}

if (import.meta.main) {
  const { bun, node } = process.versions
  const primitives = await openPrimitives()
  const only = process.argv.slice(2).filter((word): word is CaseName => word in names())
  const measured = await measure(
    bun === undefined ? `Node ${node}` : `Bun ${bun}`,
    { provider: primitives.name, cases: sottoCases(primitives) },
    await libsignalHere(),
    only.length === 0 ? caseNames : only,
  )
  console.log(JSON.stringify(measured))
}

function names(): Record<string, true> {
  return Object.fromEntries(caseNames.map((name) => [name, true]))
}
