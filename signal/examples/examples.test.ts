/**
 * @module Every example runs, and says what its reader expects.
 */
import { afterEach, expect, test, vi } from 'vitest'

afterEach(() => {
  vi.restoreAllMocks()
})

test.each([
  [
    'two-people',
    () => import('./two-people.ts'),
    [/^Bob reads: Hello \(prekey, \d{4} bytes\)$/, /^Alice reads: Hi! \(whisper/],
  ],
  ['group', () => import('./group.ts'), [/^Bob reads: Hello, all$/]],
  [
    'safety-number',
    () => import('./safety-number.ts'),
    [/^\d{60}$/, /^The same on both screens$/, /^The scan agrees$/],
  ],
] as const)('%s', async (_name, run, expected) => {
  const lines: unknown[] = []
  vi.spyOn(console, 'log').mockImplementation((line: unknown) => void lines.push(line))
  await run()
  expect(lines).toHaveLength(expected.length)
  for (const [at, pattern] of expected.entries()) expect(lines[at]).toMatch(pattern)
})
