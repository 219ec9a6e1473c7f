/**
 * @module Sender keys on their way to the members of a channel (mobium reference §1.7, behaviours 42, 58–60).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'
import {
  arrive,
  depart,
  gather,
  joinChannel,
  requestFailed,
  startLive,
} from '#door/mobium/contract/live-relay-for-tests.ts'
import type { Message, MobiumClient } from '#door/mobium/contract/mobium-client-for-tests.ts'
import { draw, Person, text } from '#door/mobium/contract/person-for-tests.ts'

let relay: RunningRelay
beforeAll(async () => {
  relay = await startLive()
})
afterAll(() => relay[Symbol.asyncDispose]())

const exchangeKey = draw()

function distribution(
  channel_id: string,
  entries: readonly (readonly [{ readonly name: string }, string])[],
): Message {
  return {
    type: 'sender_key_distribution',
    channel_id,
    sender_x25519_pub: exchangeKey,
    distributions: entries.map(([{ name }, words]) => ({
      recipient: name,
      encrypted_dist: text(words),
    })),
  }
}

const keyOf = (channel_id: string, sender: MobiumClient, words: string): Message => ({
  type: 'sender_key_distribution',
  channel_id,
  sender_ed25519_pub: sender.name,
  sender_x25519_pub: exchangeKey,
  encrypted_distribution: text(words),
})

describe('Sender keys', () => {
  test('mobium 58: of a stranger are an error, and go nowhere', async () => {
    using member = await arrive(relay)
    using stranger = await arrive(relay)
    const channel_id = await gather(member)
    expect(await stranger.ask(distribution(channel_id, [[member, 'key']]))).toEqual(requestFailed)
    member.send({ type: 'get_members', channel_id })
    expect((await member.sofar()).map(({ type }) => type)).toEqual(['members_response'])
  })

  test('mobium 58: of a member reach who is there at once, and are answered with a bare ack', async () => {
    using sender = await arrive(relay)
    using first = await arrive(relay)
    using second = await arrive(relay)
    const channel_id = await gather(sender, first, second)
    const keys = distribution(channel_id, [
      [first, 'for the first'],
      [second, 'for the second'],
    ])
    expect(await sender.ask(keys)).toEqual({ type: 'ack' })
    expect(await first.sofar()).toEqual([keyOf(channel_id, sender, 'for the first')])
    expect(await second.sofar()).toEqual([keyOf(channel_id, sender, 'for the second')])
    await sender.expectNothing()
  })

  test('mobium 42: wait for who is not there, and come before the answer to a joining', async () => {
    using sender = await arrive(relay)
    using other = await arrive(relay)
    using away = await arrive(relay)
    const channel_id = await gather(sender, other, away)
    await depart(relay, away)
    await sender.ask(distribution(channel_id, [[away, 'one']]))
    await other.ask(distribution(channel_id, [[away, 'two']]))
    using again = await arrive(relay, { person: away.person })
    await again.expectNothing()
    const joining = await joinChannel(again, channel_id)
    expect(joining.at(-1)).toEqual({ type: 'channel_joined', channel_id })
    expect(joining).toHaveLength(3)
    expect(joining).toContainEqual(keyOf(channel_id, sender, 'one'))
    expect(joining).toContainEqual(keyOf(channel_id, other, 'two'))
  })

  test('mobium 42: and behind the list of members, as often as it is asked for', async () => {
    using sender = await arrive(relay)
    using member = await arrive(relay)
    const channel_id = await gather(sender, member)
    await sender.ask(distribution(channel_id, [[member, 'key']]))
    await member.next('sender_key_distribution')
    for (let i = 0; i < 2; i++) {
      member.send({ type: 'get_members', channel_id })
      const [list, ...rest] = await member.sofar()
      expect(list?.type).toBe('members_response')
      expect(rest).toEqual([keyOf(channel_id, sender, 'key')])
    }
    sender.send({ type: 'get_members', channel_id })
    expect((await sender.sofar()).map(({ type }) => type)).toEqual(['members_response'])
  })

  test('mobium 59: only the newest of a sender waits', async () => {
    using sender = await arrive(relay)
    using member = await arrive(relay)
    const channel_id = await gather(sender, member)
    await depart(relay, member)
    for (const words of ['old', 'older than new', 'new']) {
      await sender.ask(distribution(channel_id, [[member, words]]))
    }
    using again = await arrive(relay, { person: member.person })
    expect((await joinChannel(again, channel_id)).slice(0, -1)).toEqual([
      keyOf(channel_id, sender, 'new'),
    ])
  })

  const broken: readonly (readonly [string, unknown])[] = [
    ['that is nil', null],
    ['that is a number', 7],
    ['that is empty', {}],
    ['without a recipient', { encrypted_dist: '01' }],
    ['without a key', { recipient: draw() }],
    ['with a number for a key', { recipient: draw(), encrypted_dist: 7 }],
  ]

  test.each(broken)(
    'mobium 60: an entry %s ends the list: what is before it is delivered',
    async (_, entry) => {
      using sender = await arrive(relay)
      using first = await arrive(relay)
      using third = await arrive(relay)
      const channel_id = await gather(sender, first, third)
      const keys = distribution(channel_id, [
        [first, 'before'],
        [third, 'behind'],
      ])
      const { distributions } = keys
      if (!Array.isArray(distributions)) throw new Error('No list')
      expect(
        await sender.ask({ ...keys, distributions: [distributions[0], entry, distributions[1]] }),
      ).toEqual(requestFailed)
      expect(await first.sofar()).toEqual([keyOf(channel_id, sender, 'before')])
      await third.expectNothing()
      expect(await joinChannel(first, channel_id)).toContainEqual(
        keyOf(channel_id, sender, 'before'),
      )
      const waiting = (await joinChannel(third, channel_id)).map(({ type }) => type)
      expect(waiting).not.toContain('sender_key_distribution')
    },
  )

  test('for somebody who is no member are dropped', async () => {
    using sender = await arrive(relay)
    using stranger = await arrive(relay)
    const channel_id = await gather(sender)
    const keys = distribution(channel_id, [
      [stranger, 'not for you'],
      [Person.draw(), 'nor for you'],
    ])
    expect(await sender.ask(keys)).toEqual({ type: 'ack' })
    await stranger.expectNothing()
    expect(await joinChannel(stranger, channel_id)).toHaveLength(1)
  })

  test('go when one of the two leaves', async () => {
    using sender = await arrive(relay)
    using member = await arrive(relay)
    const channel_id = await gather(sender, member)
    await sender.ask(distribution(channel_id, [[member, 'key']]))
    await member.sofar()
    await sender.ask({ type: 'leave_channel', channel_id })
    await member.sofar()
    expect(await joinChannel(member, channel_id)).toEqual([{ type: 'channel_joined', channel_id }])
  })
})
