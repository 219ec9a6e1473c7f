import { describe, expect, test } from 'vitest'
import type { ChannelId } from '@sotto/wire'
import { readDown } from '@sotto/wire/live'
import { sharedMessage } from '#door/mobium/shared-message.ts'

const message = {
  type: 'member_left',
  channel_id: new Uint8Array(32).fill(200) as ChannelId,
  member: new Uint8Array(32).fill(201),
} as const

describe('A shared message', () => {
  test('says the same in both forms', () => {
    const shared = sharedMessage(message)
    for (const form of ['array', 'bin'] as const) {
      expect(readDown(shared.bytes(form))).toMatchObject({ kind: 'message', message, form })
    }
    expect(shared.bytes('array').length).toBeGreaterThan(shared.bytes('bin').length)
  })

  test('is written once in each form, and only when it is asked for', () => {
    let written = 0
    const counted = {
      ...message,
      get member() {
        written++
        return message.member
      },
    }
    const shared = sharedMessage(counted)
    expect(written).toBe(0)
    const array = shared.bytes('array')
    const bin = shared.bytes('bin')
    const once = written
    expect(once).toBeGreaterThan(0)
    expect(shared.bytes('array')).toBe(array)
    expect(shared.bytes('bin')).toBe(bin)
    expect(written).toBe(once)
  })
})
