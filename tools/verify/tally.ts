/**
 * @module Counting what test runners report.
 */

export interface TestCase {
  readonly file: string
  /** From the outermost group to the test itself. */
  readonly titles: readonly string[]
  readonly outcome: 'passed' | 'failed' | 'skipped'
}

export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** What was skipped, by name: whole groups where all of a group was. */
  readonly skippedGroups: readonly string[]
  /** What failed: the file and the test's titles. */
  readonly failures: readonly string[]
}

export const emptyTally: Tally = {
  passed: 0,
  failed: 0,
  skipped: 0,
  skippedGroups: [],
  failures: [],
}

export function tally(cases: readonly TestCase[]): Tally {
  const count = (outcome: TestCase['outcome']): number =>
    cases.filter((each) => each.outcome === outcome).length
  return {
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
    skippedGroups: skippedGroups(cases),
    failures: cases
      .filter(({ outcome }) => outcome === 'failed')
      .map(({ file, titles }) => [file, ...titles].join(' > ')),
  }
}

export function add(a: Tally, b: Tally): Tally {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    skippedGroups: [...new Set([...a.skippedGroups, ...b.skippedGroups])],
    failures: [...a.failures, ...b.failures],
  }
}

/** `12 passed, 0 failed`, and how many were skipped if any were. */
export function describeTally({ passed, failed, skipped }: Tally): string {
  const counts = `${passed} passed, ${failed} failed`
  return skipped === 0 ? counts : `${counts}, ${skipped} skipped`
}

function skippedGroups(cases: readonly TestCase[]): readonly string[] {
  const key = (file: string, titles: readonly string[]): string => JSON.stringify([file, ...titles])
  const alive = new Set<string>()
  for (const { file, titles, outcome } of cases) {
    if (outcome === 'skipped') continue
    for (let depth = 0; depth <= titles.length; depth++)
      alive.add(key(file, titles.slice(0, depth)))
  }
  const names = cases
    .filter(({ outcome }) => outcome === 'skipped')
    .map(({ file, titles }) => {
      const depth = titles.findIndex((_, i) => !alive.has(key(file, titles.slice(0, i + 1))))
      return titles.slice(0, depth + 1).join(' > ')
    })
  return [...new Set(names)]
}
