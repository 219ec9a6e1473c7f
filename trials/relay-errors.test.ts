import { createLog } from '@sotto/server/watch/log.ts'
import { describe, expect, test } from 'vitest'
import { errorsIn } from '#relay-errors.ts'

describe.each(['text', 'json'] as const)('of a log in %s', (format) => {
  test('errors are found, and nothing else', () => {
    const lines: string[] = []
    const log = createLog({
      ...{ format, level: 'debug', now: Date.now },
      write: (line) => lines.push(line) > 0,
    })
    for (const level of ['debug', 'info', 'warn', 'error'] as const) {
      log.write(level, 'some.event', 'An error happened', { note: 'error ' })
    }
    expect(lines).toHaveLength(4)
    expect(errorsIn(`${lines.join('\n')}\n`)).toEqual([lines[3]])
  })
})
