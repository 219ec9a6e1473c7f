/**
 * @module Every example runs, and says what its reader expects.
 */
import { afterEach, expect, test, vi } from 'vitest'

afterEach(() => {
  vi.restoreAllMocks()
})

test.each([
  [
    'oblivious-request',
    () => import('./oblivious-request.ts'),
    [
      /^The proxy sees 311 bytes$/,
      /^The gateway reads: GET \/hello$/,
      /^The client reads: Hello, whoever you are$/,
    ],
  ],
  ['noise-session', () => import('./noise-session.ts'), [/^The responder reads: Hello$/]],
] as const)('%s', async (_name, run, expected) => {
  const lines: unknown[] = []
  vi.spyOn(console, 'log').mockImplementation((line: unknown) => void lines.push(line))
  await run()
  expect(lines).toHaveLength(expected.length)
  for (const [at, pattern] of expected.entries()) expect(lines[at]).toMatch(pattern)
})
