/**
 * @module Measures one case by one side in a process of its own, since garbage of one side slows the other down.
 *
 *     bun trials/bench-signal/measure.ts sotto one-way        prints the rounds as JSON
 */
import { openPrimitives } from '@sotto/primitives/provider'
import { caseNames, sottoCases, time, type CaseName, type Cases } from './cases.ts'

export type Side = 'sotto' | 'libsignal'

export interface Rounds {
  /** Which primitives ours used. */
  readonly provider: string
  /** Microseconds for one operation, a value for each round. */
  readonly micros: readonly number[]
}

const rounds = 5
const roundSeconds = 0.25
const warmSeconds = 1

export async function measure(name: CaseName, cases: Cases): Promise<readonly number[]> {
  const operation = await cases[name]()
  let repeat = 1
  let seconds = await time(operation, repeat)
  for (let total = seconds; total < warmSeconds; total += seconds) {
    if (seconds < roundSeconds / 2) repeat *= 2
    seconds = await time(operation, repeat)
  }
  const count = Math.max(1, Math.round((repeat * roundSeconds) / seconds))
  const micros: number[] = []
  for (let round = 0; round < rounds; round++) {
    micros.push(((await time(operation, count)) / count) * 1e6)
  }
  return micros
}

async function roundsOf(side: Side, name: CaseName): Promise<Rounds> {
  if (side === 'libsignal') {
    const { libsignalCases } = await import('./libsignal-cases.ts')
    return { provider: 'native', micros: await measure(name, libsignalCases) }
  }
  const primitives = await openPrimitives()
  return { provider: primitives.name, micros: await measure(name, sottoCases(primitives)) }
}

if (import.meta.main) {
  const [side, name] = process.argv.slice(2)
  const known = caseNames.find((each) => each === name)
  if (known === undefined || (side !== 'sotto' && side !== 'libsignal')) {
    throw new TypeError(`Cannot measure '${name}' by '${side}'`)
  }
  console.log(JSON.stringify(await roundsOf(side, known)))
}
