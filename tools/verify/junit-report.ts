/**
 * @module Bun's test report: JUnit's XML, and the summary that it prints, which also counts files that cannot be loaded.
 */
import { tally, type Tally, type TestCase } from './tally.ts'

export function readBunReport(xml: string, printed: string): Tally {
  const counted = tally(casesOf(xml))
  const failed = Math.max(counted.failed, lastNumber(printed, /^ *(\d+) fail$/gm))
  return { ...counted, failed }
}

/** Elements one after the other: groups open and close, a test may hold what became of it. */
const element =
  /<(\/?)(testsuite|testcase|failure|error|skipped)\b((?:\s+[\w:-]+="[^"]*")*)\s*(\/?)>/g

function casesOf(xml: string): readonly TestCase[] {
  const cases: TestCase[] = []
  const groups: string[] = []
  for (const [, closing, name, attributes = '', selfClosing] of xml.matchAll(element)) {
    const isOpening = closing === ''
    if (name === 'testsuite') {
      if (!isOpening) groups.pop()
      else if (selfClosing === '') groups.push(attribute(attributes, 'name'))
    } else if (name === 'testcase') {
      if (!isOpening) continue
      // The outermost group is the file.
      const [file = '', ...titles] = groups
      titles.push(attribute(attributes, 'name'))
      cases.push({ file, titles, outcome: 'passed' })
    } else if (isOpening) {
      const last = cases.pop()
      if (last !== undefined) {
        cases.push({ ...last, outcome: name === 'skipped' ? 'skipped' : 'failed' })
      }
    }
  }
  return cases
}

function attribute(attributes: string, name: string): string {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? ''
  return value.replaceAll(
    /&(?:#(\d+)|(lt|gt|quot|apos|amp));/g,
    (_, code?: string, named?: string) =>
      code === undefined ? (entities[named ?? ''] ?? '') : String.fromCodePoint(Number(code)),
  )
}

const entities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  amp: '&',
}

function lastNumber(text: string, pattern: RegExp): number {
  return Number([...text.matchAll(pattern)].at(-1)?.[1] ?? 0)
}
