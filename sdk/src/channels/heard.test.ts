import { expect, test } from 'vitest'
import { alice, bob, mallory } from '#cards/people-for-tests.ts'
import type { StoredChannel } from '#channels/channel.ts'
import { Chain, nameOf } from '#channels/chains-for-tests.ts'
import { hearingOf, mayHaveKnown } from '#channels/heard.ts'

function channelWith(going: StoredChannel['going']): StoredChannel {
  return {
    id: 'id',
    channel: '',
    secret: '',
    relay: '',
    readingKey: '',
    stage: 'member',
    place: 0,
    seen: 0,
    sinceMillis: 0,
    chores: [],
    going,
  }
}

test('members are heard, from the record on that let them in', () => {
  const chain = new Chain(alice)
  chain.join(bob)
  const hearing = hearingOf(channelWith({}), chain.state, nameOf(bob))
  expect(hearing).toEqual({ since: 2, until: undefined })
  if (hearing === undefined) return
  expect([1, 2, 3, 1000].map((number) => mayHaveKnown(hearing, number))).toEqual([
    false,
    true,
    true,
    true,
  ])
})

test('who has gone is heard for a while, for what they said before, and nobody else is', () => {
  const chain = new Chain(alice)
  chain.join(bob)
  chain.append(alice, { type: 'remove', member: bob.ed25519PublicKey })
  const going = channelWith({ [nameOf(bob)]: 5, [nameOf(mallory)]: 5 })
  const hearing = hearingOf(going, chain.state, nameOf(bob))
  expect(hearing).toEqual({ since: 1, until: 3 })
  if (hearing === undefined) return
  expect([1, 2, 3, 4].map((number) => mayHaveKnown(hearing, number))).toEqual([
    true,
    true,
    false,
    false,
  ])
  expect(hearingOf(channelWith({}), chain.state, nameOf(bob))).toBeUndefined()
  expect(hearingOf(going, chain.state, nameOf(mallory))).toBeUndefined()
  expect(hearingOf(going, chain.state, 'constructor')).toBeUndefined()
  expect(hearingOf(going, undefined, nameOf(bob))).toBeUndefined()
})
