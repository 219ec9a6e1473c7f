import { describe, expect, test } from 'vitest'
import { readBunReport } from './junit-report.ts'
import { add, describeTally, emptyTally, tally, type TestCase } from './tally.ts'
import { readVitestReport } from './vitest-report.ts'

const xml = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="bun test" tests="7" assertions="1" failures="1" skipped="4" time="0.01">
  <testsuite name="a.test.ts" file="a.test.ts" tests="7" failures="1" skipped="4" time="0.004" hostname="here">
    <testsuite name="Whole &quot;group&quot; &lt;x&gt; (redis is not there)" file="a.test.ts" line="2" tests="2">
      <testcase name="one" classname="Whole" time="0" file="a.test.ts" line="2" assertions="0">
        <skipped />
      </testcase>
      <testsuite name="inner" file="a.test.ts" line="2" tests="1" skipped="1" time="0" hostname="here">
        <testcase name="two" classname="inner &gt; Whole" time="0" file="a.test.ts" line="2" assertions="0">
          <skipped />
        </testcase>
      </testsuite>
    </testsuite>
    <testsuite name="outer" file="a.test.ts" line="3" tests="4" failures="1" skipped="1" time="0" hostname="here">
      <testcase name="ok &#10; &amp; well" classname="outer" time="0.000004" file="a.test.ts" assertions="0" />
      <testcase name="left out" classname="outer" time="0" file="a.test.ts" line="3" assertions="0">
        <skipped />
      </testcase>
      <testcase name="bad" classname="outer" time="0.00023" file="a.test.ts" line="3" assertions="1">
        <failure type="AssertionError" message="expect(received)&#10;&lt;testcase name=&quot;x&quot;&gt;">Error: &lt;skipped /&gt;</failure>
      </testcase>
    </testsuite>
    <testcase name="a todo" classname="" time="0" file="a.test.ts" line="4" assertions="0">
      <skipped message="TODO" />
    </testcase>
  </testsuite>
</testsuites>`

const skippedGroups = ['Whole "group" <x> (redis is not there)', 'outer > left out', 'a todo']

describe("Bun's report", () => {
  test('is counted, and names what was skipped', () => {
    expect(readBunReport(xml, ' 1 pass\n 4 skip\n 1 fail\n')).toEqual({
      passed: 1,
      failed: 1,
      skipped: 4,
      skippedGroups,
      failures: ['a.test.ts > outer > bad'],
    })
  })

  test('counts files that cannot be loaded, which only the summary knows', () => {
    expect(readBunReport(xml, ' 1 pass\n 3 fail\n 2 errors\n').failed).toBe(3)
  })
})

describe("vitest's report", () => {
  const of = (ancestorTitles: readonly string[], title: string, status: string) => ({
    ancestorTitles,
    title,
    status,
  })

  test('is counted, and names what was skipped', () => {
    const group = 'Whole "group" <x> (redis is not there)'
    const report = {
      testResults: [
        {
          name: 'a.test.ts',
          status: 'failed',
          assertionResults: [
            of([group], 'one', 'skipped'),
            of([group, 'inner'], 'two', 'pending'),
            of(['outer'], 'ok', 'passed'),
            of(['outer'], 'left out', 'skipped'),
            of(['outer'], 'bad', 'failed'),
            of([], 'a todo', 'todo'),
          ],
        },
      ],
    }
    expect(readVitestReport(JSON.stringify(report))).toEqual({
      passed: 1,
      failed: 1,
      skipped: 4,
      skippedGroups,
      failures: ['a.test.ts > outer > bad'],
    })
  })

  test('counts a file that cannot be loaded as a failure', () => {
    const report = {
      testResults: [
        { name: 'a.test.ts', status: 'failed', assertionResults: [] },
        { name: 'b.test.ts', status: 'failed', assertionResults: [of([], 'x', 'passed')] },
        { name: 'c.test.ts', status: 'passed', assertionResults: [of([], 'y', 'passed')] },
      ],
    }
    expect(readVitestReport(JSON.stringify(report))).toEqual({
      ...emptyTally,
      passed: 2,
      failed: 2,
      failures: ['a.test.ts > the file itself', 'b.test.ts > the file itself'],
    })
  })
})

describe('a tally', () => {
  const skipped = (file: string, ...titles: string[]): TestCase => ({
    file,
    titles,
    outcome: 'skipped',
  })

  test('keeps groups of the same name in different files apart', () => {
    const cases: readonly TestCase[] = [
      skipped('a', 'group', 'one'),
      { file: 'b', titles: ['group', 'one'], outcome: 'passed' },
      skipped('b', 'group', 'two'),
    ]
    expect(tally(cases).skippedGroups).toEqual(['group', 'group > two'])
  })

  test('adds up, and names a group once', () => {
    const a = { passed: 1, failed: 1, skipped: 3, skippedGroups: ['x'], failures: ['a > y'] }
    expect(add(a, a)).toEqual({
      passed: 2,
      failed: 2,
      skipped: 6,
      skippedGroups: ['x'],
      failures: ['a > y', 'a > y'],
    })
  })

  test('is described in one line', () => {
    expect(describeTally(emptyTally)).toBe('0 passed, 0 failed')
    expect(describeTally({ ...emptyTally, passed: 3, skipped: 2 })).toBe(
      '3 passed, 0 failed, 2 skipped',
    )
  })
})
