/**
 * @module Runs steps one after the other and says what became of them. A step that passes takes one line; one that
 * fails names its failed tests, then shows all that it printed.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand, type Finished } from './run-command.ts'
import type { Step } from './steps.ts'
import { add, describeTally, emptyTally, type Tally } from './tally.ts'

export async function verify(
  steps: readonly Step[],
  print: (text: string) => void,
  { bail, signal }: { readonly bail: boolean; readonly signal: AbortSignal },
): Promise<Tally> {
  using reports = openScratch()
  let total = emptyTally
  for (const [index, step] of steps.entries()) {
    const missing = step.missing?.()
    if (missing !== undefined) {
      total = add(total, { ...emptyTally, skipped: 1, skippedGroups: [missing] })
      print(`skipped ${step.name.padEnd(10)}`)
      continue
    }
    const report = join(reports.path, `${index}-${step.name}`)
    const finished = await runCommand(step.command(report), step.limitSeconds, signal)
    const counted = settle(finished, () => step.count(finished, readIfThere(report)))
    total = add(total, counted)
    const seconds = (finished.millis / 1000).toFixed(1).padStart(6)
    const verdict = counted.failed === 0 ? 'ok    ' : 'FAILED'
    print(`${verdict}  ${step.name.padEnd(10)} ${seconds} s  ${describeTally(counted)}`)
    if (counted.failed > 0) {
      for (const failure of counted.failures) print(`FAILED: ${failure}`)
      print(finished.output.trim())
      if (bail || signal.aborted) break
    }
  }
  for (const failure of total.failures) print(`FAILED: ${failure}`)
  for (const group of total.skippedGroups) print(`SKIPPED: ${group}`)
  print(describeTally(total))
  return total
}

/**
 * A program that fails has failed, even if no test of it has; and one that ran nothing has not passed.
 */
export function settle(finished: Finished, count: () => Tally): Tally {
  let counted: Tally
  try {
    counted = count()
  } catch {
    // A report that breaks off: the program's own output says why.
    counted = emptyTally
  }
  const isFine = finished.exitCode === 0 && counted.passed + counted.skipped > 0
  return isFine || counted.failed > 0 ? counted : { ...counted, failed: 1 }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function openScratch(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'sotto-verify-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}
