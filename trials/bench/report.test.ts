import { expect, test } from 'vitest'
import { bytesText, median, Report } from '#bench/report.ts'

const row = {
  workload: 'W1',
  system: 'relay',
  load: '64 in flight',
  perSecond: 1234.5,
  failed: 0,
  p50Millis: 1,
  p99Millis: 2,
  p999Millis: 3,
  cpuSeconds: undefined,
  writtenBytes: 5_000_000,
  rssBytes: undefined,
  durability: 'fdatasync before answer',
}

test('the summary names targets, what was skipped and what must not be', () => {
  const lines: string[] = []
  const report = new Report((line) => lines.push(line))
  report.row(row)
  report.skip('Redis is not installed')
  report.target('W1', 'p99 at most 15 ms', '2.00 ms', true)
  report.target('W1', 'at least Redis', '0.50', false)
  report.row({ ...row, failed: 3 })
  lines.length = 0
  report.summary()
  const text = lines.join('\n')
  expect(text).toContain('met      W1  p99 at most 15 ms: 2.00 ms')
  expect(text).toContain('NOT MET  W1  at least Redis: 0.50')
  expect(text).toContain('SKIPPED: Redis is not installed')
  expect(text).toContain('3 requests to relay failed')
  expect(report.faults.length).toBe(1)
  expect(JSON.parse(report.toJson())).toMatchObject({
    rows: [{ perSecond: 1234.5 }, { failed: 3 }],
  })
})

test('the median of an even number is between the middle two', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([])).toBe(0)
})

test('bytes are written for people', () => {
  expect(bytesText(2048)).toBe('2048 B')
  expect(bytesText(123_456)).toBe('123 kB')
  expect(bytesText(45_600_000)).toBe('46 MB')
})
