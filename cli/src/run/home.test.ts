import { homedir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { homeOf } from '#run/home.ts'

test('profiles are where the flag says, else SOTTO_HOME, else with other data', () => {
  expect(homeOf('/a', { SOTTO_HOME: '/b', XDG_DATA_HOME: '/c' })).toBe('/a')
  expect(homeOf(undefined, { SOTTO_HOME: '/b', XDG_DATA_HOME: '/c' })).toBe('/b')
  expect(homeOf(undefined, { SOTTO_HOME: '', XDG_DATA_HOME: '/c' })).toBe('/c/sotto')
  expect(homeOf(undefined, { XDG_DATA_HOME: 'relative' })).toBe(
    join(homedir(), '.local', 'share', 'sotto'),
  )
  expect(homeOf('here', {})).toBe(join(process.cwd(), 'here'))
})
