import { expect, test } from 'vitest'
import { capabilities, capabilityNames } from '#live/capabilities.ts'
import { writeDown, writeUp } from '#live/codec.ts'

test('every capability is in the list, once', () => {
  expect([...capabilityNames].toSorted()).toEqual(Object.keys(capabilities).toSorted())
})

test('all of them fit into the messages that announce them', () => {
  const caps = [...capabilityNames]
  const login = {
    type: 'auth',
    pubkey: new Uint8Array(32),
    signature: new Uint8Array(64),
    caps,
  } as const
  expect(() => writeUp(login, 'bin')).not.toThrow()
  expect(() => writeDown({ type: 'auth_success', offline_count: 0, caps }, 'bin')).not.toThrow()
})
