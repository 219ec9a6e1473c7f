/**
 * @module Vitest's JSON report.
 */
import { isAbsolute, relative } from 'node:path'
import { root } from '../repository.ts'
import { tally, type Tally, type TestCase } from './tally.ts'

interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[]
      readonly title: string
      readonly status: string
    }[]
  }[]
}

export function readVitestReport(text: string): Tally {
  const report = JSON.parse(text) as Report
  return tally(report.testResults.flatMap(casesOf))
}

function casesOf({
  name: path,
  status,
  assertionResults,
}: Report['testResults'][number]): TestCase[] {
  const name = isAbsolute(path) ? relative(root, path) : path
  const cases = assertionResults.map((each): TestCase => ({
    file: name,
    titles: [...each.ancestorTitles, each.title],
    outcome: each.status === 'passed' || each.status === 'failed' ? each.status : 'skipped',
  }))
  // A file that cannot be loaded, or whose hooks fail, has no failed test to show for it.
  if (status === 'failed' && cases.every(({ outcome }) => outcome !== 'failed')) {
    cases.push({ file: name, titles: ['the file itself'], outcome: 'failed' })
  }
  return cases
}
