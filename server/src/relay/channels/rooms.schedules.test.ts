import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import type { ChannelId, IdentityKey } from '@sotto/wire'
import { ban } from '#relay/channels/ban.ts'
import { channelOf, identityOf, openChannels } from '#relay/channels/channels-for-tests.ts'
import { joinChannel } from '#relay/channels/join.ts'
import { leaveChannel } from '#relay/channels/leave.ts'
import { Rooms } from '#relay/channels/rooms.ts'
import type { ChannelStore } from '#store/channels.ts'

const owner = identityOf(9)
const people = [identityOf(1), identityOf(2)] as const
const places = [channelOf(201), channelOf(202)] as const

type Act = 'enter' | 'go' | 'join' | 'leave' | 'ban'
interface Step {
  readonly act: Act
  readonly who: 0 | 1
  readonly where: 0 | 1
}

const acts = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Act>('enter') },
  { weight: 2, arbitrary: fc.constant<Act>('go') },
  { weight: 4, arbitrary: fc.constant<Act>('join') },
  { weight: 3, arbitrary: fc.constant<Act>('leave') },
  { weight: 1, arbitrary: fc.constant<Act>('ban') },
)
const plans = fc.array(
  fc.record({
    act: acts,
    who: fc.constantFrom(0 as const, 1 as const),
    where: fc.constantFrom(0 as const, 1 as const),
  }),
  { minLength: 2, maxLength: 14 },
)

describe('Whatever happens when', () => {
  test('the rooms hold the listeners of exactly the members who are online', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), plans, async (scheduler, plan) => {
        const world = await openChannels(owner, ...people)
        const store = world.channels
        for (const channel of places) {
          const made = { metadata: new Uint8Array(), access: 'public', nowMillis: 0 } as const
          await store.create({ ...made, channel }, owner)
        }
        // What the store does takes as long as it likes, and so does its answer.
        const late = async <Result>(work: () => Promise<Result>): Promise<Result> => {
          await scheduler.schedule(Promise.resolve(), 'work')
          const result = await work()
          await scheduler.schedule(Promise.resolve(), 'answer')
          return result
        }
        type Used = 'channelsOf' | 'membership' | 'join' | 'leave' | 'ban'
        const used: Pick<ChannelStore, Used> = {
          channelsOf: (identity) => late(() => store.channelsOf(identity)),
          membership: (channel, identity) => late(() => store.membership(channel, identity)),
          join: (request) => late(() => store.join(request)),
          leave: (channel, identity) => late(() => store.leave(channel, identity)),
          ban: (channel, identity, reason) => late(() => store.ban(channel, identity, reason)),
        }
        // Nothing else is asked for here.
        const channels = used as ChannelStore
        const rooms = new Rooms<string>(channels)
        const deps = { ...world, channels, rooms }
        const policy = { maxMembers: 10, autoCreate: true }

        const online: { readonly identity: IdentityKey; readonly listener: string }[] = []
        let drawn = 0
        const run = async ({ act, who, where }: Step): Promise<void> => {
          await scheduler.schedule(Promise.resolve(), act)
          const identity: IdentityKey = people[who]
          const channel: ChannelId = places[where]
          switch (act) {
            case 'enter': {
              const listener = `listener ${++drawn}`
              online.push({ identity, listener })
              await rooms.enter(identity, listener)
              break
            }
            case 'go': {
              const [gone] = online.splice(0, 1)
              if (gone !== undefined) rooms.leave(gone.identity, gone.listener)
              break
            }
            case 'join':
              await joinChannel(deps, channel, identity, undefined, policy)
              break
            case 'leave':
              await leaveChannel(deps, channel, identity)
              break
            case 'ban':
              await ban(deps, channel, owner, identity, undefined)
          }
        }
        const running = Promise.all(plan.map(run))
        await scheduler.waitIdle()
        await running

        for (const channel of places) {
          const expected: string[] = []
          for (const { identity, listener } of online) {
            const membership = await store.membership(channel, identity)
            if (membership !== undefined) expected.push(listener)
          }
          expect([...rooms.listenersIn(channel)].toSorted()).toEqual(expected.toSorted())
        }
        await scheduler.waitIdle()
        await new Promise((resolve) => setImmediate(resolve))
        expect(world.turns.size).toBe(0)
      }),
      { numRuns: 500 },
    )
  })
})
