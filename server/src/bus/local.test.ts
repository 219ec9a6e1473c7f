import { describe, expect, test } from 'vitest'
import type { AccountId, MailboxId } from '@sotto/wire'
import type { AccountNotice } from '#bus/bus.ts'
import { openLocalBus } from '#bus/local.ts'

const mailbox = (number: number) => `${number}`.repeat(64) as MailboxId
const account = (number: number) => new Uint8Array(16).fill(number) as AccountId
const ring = (number: number) => ({ mailbox: mailbox(number), live: undefined })
const low: AccountNotice = { kind: 'prekeys-low' }

describe('The local bus', () => {
  test.each([1, 2, 3])('tells all %i who listen, and nobody else', (listeners) => {
    const bus = openLocalBus()
    const heard: string[] = []
    for (let i = 0; i < listeners; i++) bus.onRing(mailbox(1), () => heard.push(`ring ${i}`))
    bus.onRing(mailbox(2), () => heard.push('another'))
    bus.onNotice(account(1), () => heard.push('a notice'))
    bus.ring(ring(1))
    expect(heard).toEqual(Array.from({ length: listeners }, (_, i) => `ring ${i}`))
  })

  test('a mailbox and an account of the same bytes are not the same', () => {
    const bus = openLocalBus()
    const heard: string[] = []
    const bytes = account(1)
    bus.onRing(Buffer.from(bytes).toString('hex') as MailboxId, () => heard.push('ring'))
    bus.onNotice(bytes, () => heard.push('notice'))
    bus.notify(bytes, low)
    expect(heard).toEqual(['notice'])
  })

  test.each([1, 2, 3])('who of %i leaves is told no more, and the others are', (listeners) => {
    const bus = openLocalBus()
    const heard: number[] = []
    const handles = Array.from({ length: listeners }, (_, i) =>
      bus.onNotice(account(1), () => heard.push(i)),
    )
    for (let left = 0; left < listeners; left++) {
      handles[left]?.[Symbol.dispose]()
      // Leaving twice is leaving once.
      handles[left]?.[Symbol.dispose]()
      heard.length = 0
      bus.notify(account(1), low)
      expect(heard).toEqual(Array.from({ length: listeners - left - 1 }, (_, i) => left + 1 + i))
    }
    bus.onNotice(account(1), () => heard.push(99))
    bus.notify(account(1), low)
    expect(heard).toEqual([99])
  })

  test('who leaves while the others are told does not disturb them', () => {
    const bus = openLocalBus()
    const heard: number[] = []
    const first = bus.onRing(mailbox(1), () => {
      heard.push(1)
      first[Symbol.dispose]()
    })
    bus.onRing(mailbox(1), () => heard.push(2))
    bus.ring(ring(1))
    bus.ring(ring(1))
    expect(heard).toEqual([1, 2, 2])
  })

  test('who comes while the others are told hears the next', () => {
    const bus = openLocalBus()
    const heard: string[] = []
    bus.onRing(mailbox(1), () => {
      heard.push('old')
      bus.onRing(mailbox(1), () => heard.push('new'))
    })
    bus.ring(ring(1))
    expect(heard).toEqual(['old'])
    bus.ring(ring(1))
    expect(heard).toEqual(['old', 'old', 'new'])
  })

  test('nobody need listen', () => {
    const bus = openLocalBus()
    bus.ring(ring(1))
    bus.notify(account(1), low)
  })
})
