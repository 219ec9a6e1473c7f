import { expect, test } from 'vitest'
import { bearerCheck } from '#guard/bearer-check.ts'

test('the right token passes, and nothing else', () => {
  const passes = bearerCheck('secret ü')
  const asHeader = Buffer.from('Bearer secret ü', 'utf8').toString('latin1')
  expect(passes(asHeader)).toBe(true)
  for (const other of [null, '', 'Bearer', 'Bearer secret', 'bearer secret ü', `${asHeader} `]) {
    expect([other, passes(other)]).toEqual([other, false])
  }
})
