import { describe, expect, test } from 'vitest'
import type { ChannelId } from '@sotto/wire'
import { channelOf, identityOf } from '#relay/channels/channels-for-tests.ts'
import { Rooms } from '#relay/channels/rooms.ts'

const [ann, bob] = [identityOf(1), identityOf(2)]
const [red, blue] = [channelOf(201), channelOf(202)]

/** A store whose answers come when the test says so. */
function openRooms() {
  const asked: PromiseWithResolvers<readonly ChannelId[]>[] = []
  const rooms = new Rooms<string>({
    channelsOf() {
      const answer = Promise.withResolvers<readonly ChannelId[]>()
      asked.push(answer)
      return answer.promise
    },
  })
  const enter = async (identity: typeof ann, listener: string, ...channels: ChannelId[]) => {
    const entered = rooms.enter(identity, listener)
    asked.at(-1)?.resolve(channels)
    await entered
  }
  return { rooms, asked, enter }
}

describe('Rooms', () => {
  test('hold the listeners of the members who are online', async () => {
    const { rooms, enter } = openRooms()
    await enter(ann, 'ann', red, blue)
    await enter(bob, 'bob', red)
    expect([...rooms.listenersIn(red)]).toEqual(['ann', 'bob'])
    expect([...rooms.listenersIn(blue)]).toEqual(['ann'])
    rooms.leave(ann, 'ann')
    expect([...rooms.listenersIn(red)]).toEqual(['bob'])
    expect([...rooms.listenersIn(blue)]).toEqual([])
  })

  test('ask the store once for all listeners of an identity, and again when all have left', async () => {
    const { rooms, asked, enter } = openRooms()
    await enter(ann, 'phone', red)
    await rooms.enter(ann, 'desk')
    expect(asked).toHaveLength(1)
    expect([...rooms.listenersIn(red)]).toEqual(['phone', 'desk'])
    rooms.leave(ann, 'phone')
    expect([...rooms.listenersIn(red)]).toEqual(['desk'])
    rooms.leave(ann, 'desk')
    await enter(ann, 'phone', blue)
    expect(asked).toHaveLength(2)
    expect([...rooms.listenersIn(red)]).toEqual([])
    expect([...rooms.listenersIn(blue)]).toEqual(['phone'])
  })

  test('follow who joins and leaves', async () => {
    const { rooms, enter } = openRooms()
    await enter(ann, 'phone')
    await rooms.enter(ann, 'desk')
    rooms.joined(red, ann)
    rooms.joined(red, bob)
    expect([...rooms.listenersIn(red)]).toEqual(['phone', 'desk'])
    expect([...rooms.listenersOf(red, ann)]).toEqual(['phone', 'desk'])
    expect([rooms.has(red, ann), rooms.has(blue, ann), rooms.has(red, bob)]).toEqual([
      true,
      false,
      false,
    ])
    rooms.left(red, ann)
    rooms.left(red, bob)
    expect([...rooms.listenersIn(red)]).toEqual([])
    expect([...rooms.listenersOf(red, ann)]).toEqual([])
    expect(rooms.has(red, ann)).toBe(false)
  })

  test('believe what happens while an identity’s channels are read, not what is read', async () => {
    const { rooms, asked } = openRooms()
    const entered = rooms.enter(ann, 'ann')
    rooms.left(red, ann)
    rooms.joined(blue, ann)
    asked[0]?.resolve([red])
    await entered
    expect([...rooms.listenersIn(red)]).toEqual([])
    expect([...rooms.listenersIn(blue)]).toEqual(['ann'])
  })

  test('believe what is read again when an identity left for the channel and came back', async () => {
    const { rooms, asked } = openRooms()
    const entered = rooms.enter(ann, 'ann')
    rooms.joined(red, ann)
    rooms.left(red, ann)
    rooms.joined(red, ann)
    asked[0]?.resolve([])
    await entered
    expect([...rooms.listenersIn(red)]).toEqual(['ann'])
  })

  test('do not let in who left while its channels were read', async () => {
    const { rooms, asked } = openRooms()
    const first = rooms.enter(ann, 'phone')
    rooms.leave(ann, 'phone')
    const second = rooms.enter(ann, 'desk')
    asked[0]?.resolve([red])
    await first
    expect([...rooms.listenersIn(red)]).toEqual([])
    asked[1]?.resolve([blue])
    await second
    expect([...rooms.listenersIn(red)]).toEqual([])
    expect([...rooms.listenersIn(blue)]).toEqual(['desk'])
  })

  test('let in all who wait for the same reading, but who has left', async () => {
    const { rooms, asked } = openRooms()
    const entered = [rooms.enter(ann, 'phone'), rooms.enter(ann, 'desk')]
    rooms.leave(ann, 'phone')
    asked[0]?.resolve([red])
    await Promise.all(entered)
    expect([...rooms.listenersIn(red)]).toEqual(['desk'])
  })

  test('are as they were when the channels cannot be read, and read them for the next', async () => {
    const { rooms, asked, enter } = openRooms()
    const entered = [rooms.enter(ann, 'phone'), rooms.enter(ann, 'desk')]
    rooms.joined(blue, ann)
    asked[0]?.reject(new Error('Broken'))
    const outcomes = await Promise.allSettled(entered)
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect([...rooms.listenersIn(blue)]).toEqual([])
    expect(rooms.has(blue, ann)).toBe(false)
    rooms.leave(ann, 'phone')
    await enter(ann, 'tablet', red)
    expect([...rooms.listenersIn(red)]).toEqual(['tablet'])
  })

  test('do not disturb those who came after a reading that failed', async () => {
    const { rooms, asked, enter } = openRooms()
    const first = rooms.enter(ann, 'phone')
    rooms.leave(ann, 'phone')
    const failed = asked[0]
    await enter(ann, 'desk', red)
    failed?.reject(new Error('Broken'))
    await expect(first).rejects.toThrow('Broken')
    expect([...rooms.listenersIn(red)]).toEqual(['desk'])
    expect(rooms.has(red, ann)).toBe(true)
  })

  test('are kept only while somebody is in them', async () => {
    const { rooms, enter } = openRooms()
    await enter(ann, 'ann', red, blue)
    await enter(bob, 'bob', red)
    expect(rooms.size).toBe(2)
    rooms.left(blue, ann)
    rooms.leave(bob, 'bob')
    expect(rooms.size).toBe(1)
    rooms.leave(ann, 'ann')
    expect(rooms.size).toBe(0)
  })

  test('may be walked while those who are walked leave', async () => {
    const { rooms, enter } = openRooms()
    await enter(ann, 'ann', red)
    await enter(bob, 'bob', red)
    const met: string[] = []
    for (const listener of rooms.listenersIn(red)) {
      met.push(listener)
      rooms.leave(listener === 'ann' ? ann : bob, listener)
    }
    expect(met).toEqual(['ann', 'bob'])
    expect(rooms.listenersIn(red).size).toBe(0)
  })

  test('keep a copy of no id: bytes that change later change nothing', async () => {
    const { rooms, enter } = openRooms()
    const fleeting = channelOf(203)
    await enter(ann, 'ann', fleeting)
    fleeting.fill(0)
    expect([...rooms.listenersIn(channelOf(203))]).toEqual(['ann'])
  })
})
