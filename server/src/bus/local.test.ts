import { describe, expect, test } from 'vitest'
import type { AccountId, MailboxId } from '@sotto/wire'
import type { AccountNotice, RingListener } from '#bus/bus.ts'
import { openLocalBus } from '#bus/local.ts'

const mailbox = (number: number) => `${number}`.repeat(64) as MailboxId
const account = (number: number) => new Uint8Array(16).fill(number) as AccountId
const ring = (number: number) => ({ mailbox: mailbox(number), live: undefined })
const low: AccountNotice = { kind: 'prekeys-low' }

describe('The local bus', () => {
  test.each([1, 2, 3])('tells all %i who listen at a mailbox, and nobody else', (listeners) => {
    const bus = openLocalBus()
    const heard: string[] = []
    for (let i = 0; i < listeners; i++) {
      bus.listen(mailbox(1), { onRing: () => void heard.push(`ring ${i}`) })
    }
    bus.listen(mailbox(2), { onRing: () => void heard.push('another') })
    bus.onNotice(() => heard.push('a notice'))
    bus.ring(ring(1))
    expect(heard).toEqual(Array.from({ length: listeners }, (_, i) => `ring ${i}`))
  })

  test.each([1, 2, 3])('who of %i leaves is told no more, and the others are', (count) => {
    const bus = openLocalBus()
    const heard: number[] = []
    const listeners = Array.from({ length: count }, (_, i): RingListener => {
      const listener = { onRing: () => void heard.push(i) }
      bus.listen(mailbox(1), listener)
      return listener
    })
    for (const [left, listener] of listeners.entries()) {
      bus.leave(mailbox(1), listener)
      // Leaving twice is leaving once.
      bus.leave(mailbox(1), listener)
      heard.length = 0
      bus.ring(ring(1))
      expect(heard).toEqual(Array.from({ length: count - left - 1 }, (_, i) => left + 1 + i))
    }
    bus.listen(mailbox(1), { onRing: () => void heard.push(99) })
    bus.ring(ring(1))
    expect(heard).toEqual([99])
  })

  test('who leaves while the others are told does not disturb them', () => {
    const bus = openLocalBus()
    const heard: number[] = []
    const first: RingListener = {
      onRing: () => {
        heard.push(1)
        bus.leave(mailbox(1), first)
      },
    }
    bus.listen(mailbox(1), first)
    bus.listen(mailbox(1), { onRing: () => void heard.push(2) })
    bus.ring(ring(1))
    bus.ring(ring(1))
    expect(heard).toEqual([1, 2, 2])
  })

  test('who comes while the others are told hears the next', () => {
    const bus = openLocalBus()
    const heard: string[] = []
    const old: RingListener = {
      onRing: () => {
        heard.push('old')
        bus.listen(mailbox(1), { onRing: () => void heard.push('new') })
      },
    }
    bus.listen(mailbox(1), old)
    bus.ring(ring(1))
    expect(heard).toEqual(['old'])
    bus.ring(ring(1))
    expect(heard).toEqual(['old', 'old', 'new'])
  })

  test('tells notices of every account to everyone, until they leave', () => {
    const bus = openLocalBus()
    const heard: unknown[] = []
    const listener = (of: AccountId, notice: AccountNotice) => void heard.push([of[0], notice])
    const first = bus.onNotice(listener)
    const second = bus.onNotice(listener)
    bus.notify(account(1), low)
    first[Symbol.dispose]()
    bus.notify(account(2), low)
    second[Symbol.dispose]()
    bus.notify(account(3), low)
    expect(heard).toEqual([
      [1, low],
      [1, low],
      [2, low],
    ])
  })

  test('nobody need listen', () => {
    const bus = openLocalBus()
    bus.ring(ring(1))
    bus.leave(mailbox(1), { onRing: () => undefined })
    bus.notify(account(1), low)
  })
})
