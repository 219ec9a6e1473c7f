import { expect, test } from 'vitest'
import { fakeClient } from '#door/mobium/client-for-tests.ts'
import { Roster } from '#door/mobium/roster.ts'
import type { Client } from '#door/mobium/client.ts'

test('an identity is online as long as one of its sockets is', () => {
  const roster = new Roster<Client>()
  const [first, second, third] = [
    fakeClient({ identity: 1 }),
    fakeClient({ identity: 1 }),
    fakeClient({ identity: 1 }),
  ]
  const other = fakeClient({ identity: 2 })
  expect(roster.isOnline(first.name)).toBe(false)
  for (const client of [first, second, third, other]) roster.add(client)
  expect(roster.clientsOf(first.name)).toEqual([first, second, third])
  expect(roster.count()).toBe(2)
  roster.remove(first)
  expect(roster.clientsOf(first.name)).toEqual([second, third])
  roster.remove(third)
  roster.remove(third)
  expect(roster.clientsOf(first.name)).toEqual([second])
  expect(roster.isOnline(first.name)).toBe(true)
  roster.remove(second)
  expect(roster.isOnline(first.name)).toBe(false)
  expect(roster.clientsOf(first.name)).toEqual([])
  expect(roster.count()).toBe(1)
})
