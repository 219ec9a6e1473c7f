import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { IdentityKey } from '@sotto/wire'
import { VoiceRooms, type Seat } from '#relay/media/voice-rooms.ts'

type Listener = string

/** A listener is called as its identity and a letter: 'ann a'. */
const nameOf = (listener: Listener): string => listener.split(' ')[0] ?? ''

const seat = (channel: string, listener: Listener): Seat<Listener> => ({
  channel,
  name: nameOf(listener),
  identity: new TextEncoder().encode(nameOf(listener)) as IdentityKey,
  listener,
})

const yes = async (): Promise<boolean> => true

function open({ maxParticipants = 3, maxRoomsPerIdentity = 2 } = {}) {
  const rooms = new VoiceRooms<Listener>({ maxParticipants, maxRoomsPerIdentity })
  return {
    rooms,
    join: (channel: string, listener: Listener) => rooms.join(seat(channel, listener), yes),
    leave: (channel: string, listener: Listener) =>
      rooms.leave(channel, nameOf(listener), listener),
    close: (listener: Listener) => rooms.close(nameOf(listener), listener),
    seen: (channel: string) =>
      [...(rooms.room(channel)?.values() ?? [])].map(({ name, listeners }) => [
        name,
        [...listeners],
      ]),
  }
}

describe('Voice rooms', () => {
  test('a participant is an identity, its sockets listen', async () => {
    const { join, seen } = open()
    expect(await join('c', 'ann a')).toMatchObject({ kind: 'joined', isNew: true })
    expect(await join('c', 'ann b')).toMatchObject({ kind: 'joined', isNew: false })
    expect(await join('c', 'ann a')).toMatchObject({ kind: 'joined', isNew: false })
    await join('c', 'bob a')
    expect(seen('c')).toEqual([
      ['ann', ['ann a', 'ann b']],
      ['bob', ['bob a']],
    ])
  })

  test('an identity leaves with its last socket, and who is left is told of', async () => {
    const { rooms, join, leave, close, seen } = open()
    for (const listener of ['ann a', 'ann b', 'bob a']) await join('c', listener)
    expect(leave('c', 'ann a')).toBeUndefined()
    expect(leave('c', 'ann a')).toBeUndefined()
    expect(leave('c', 'eve a')).toBeUndefined()
    const departure = leave('c', 'ann b')
    expect(departure).toMatchObject({ channel: 'c', identity: seat('c', 'ann b').identity })
    expect([...(departure?.room.keys() ?? [])]).toEqual(['bob'])
    expect(seen('c')).toEqual([['bob', ['bob a']]])
    expect(rooms.listenerCount()).toBe(1)
    expect(close('bob a')).toHaveLength(1)
    expect([rooms.roomCount(), rooms.listenerCount()]).toEqual([0, 0])
  })

  test('a socket that closes leaves every room it is in', async () => {
    const { join, close, rooms } = open()
    await join('c', 'ann a')
    await join('d', 'ann a')
    await join('d', 'ann b')
    expect(close('ann a').map(({ channel }) => channel)).toEqual(['c'])
    expect(close('ann a')).toEqual([])
    expect(rooms.room('d')?.get('ann')?.listeners).toEqual(new Set(['ann b']))
  })

  test('an identity that is removed is gone with all its sockets', async () => {
    const { join, rooms, close } = open()
    for (const listener of ['ann a', 'ann b', 'bob a']) await join('c', listener)
    expect([...(rooms.remove('c', 'ann')?.room.keys() ?? [])]).toEqual(['bob'])
    expect(rooms.remove('c', 'ann')).toBeUndefined()
    expect(close('ann a')).toEqual([])
  })

  test('a full room has no seat, but for who is in it', async () => {
    const { join } = open({ maxParticipants: 2 })
    await join('c', 'ann a')
    await join('c', 'bob a')
    expect(await join('c', 'cat a')).toEqual({ kind: 'full' })
    expect(await join('c', 'bob b')).toMatchObject({ kind: 'joined' })
    expect(await join('d', 'cat a')).toMatchObject({ kind: 'joined' })
  })

  test('an identity is in so many rooms at most, however many sockets it has', async () => {
    const { join, leave } = open({ maxRoomsPerIdentity: 2 })
    await join('c', 'ann a')
    await join('d', 'ann b')
    expect(await join('e', 'ann a')).toEqual({ kind: 'too-many-rooms' })
    expect(await join('c', 'ann b')).toMatchObject({ kind: 'joined' })
    leave('d', 'ann b')
    expect(await join('e', 'ann a')).toMatchObject({ kind: 'joined' })
  })

  test('who is not allowed has no seat, and a lookup that fails leaves nothing behind', async () => {
    const { rooms } = open()
    expect(await rooms.join(seat('c', 'ann a'), async () => false)).toEqual({ kind: 'not-allowed' })
    const broken = rooms.join(seat('c', 'ann a'), () => Promise.reject(new Error('broken')))
    expect(rooms.listenerCount()).toBe(1)
    await expect(broken).rejects.toThrow('broken')
    expect([rooms.roomCount(), rooms.listenerCount()]).toEqual([0, 0])
  })

  test.each([
    ['its socket closes', (rooms: VoiceRooms<Listener>) => void rooms.close('ann', 'ann a')],
    ['its identity is removed', (rooms: VoiceRooms<Listener>) => void rooms.remove('c', 'ann')],
  ])('a seat is lost when %s while permission is looked up', async (_, happen) => {
    const { rooms, join } = open()
    const answer = Promise.withResolvers<boolean>()
    const joining = rooms.join(seat('c', 'ann a'), () => answer.promise)
    happen(rooms)
    answer.resolve(true)
    expect(await joining).toEqual({ kind: 'gone' })
    expect(rooms.roomCount()).toBe(0)
    expect(await join('c', 'ann a')).toMatchObject({ kind: 'joined', isNew: true })
  })

  test('what happens to others while permission is looked up changes nothing', async () => {
    const { rooms } = open()
    const answer = Promise.withResolvers<boolean>()
    const joining = rooms.join(seat('c', 'ann a'), () => answer.promise)
    rooms.close('ann', 'ann b')
    rooms.remove('d', 'ann')
    rooms.remove('c', 'bob')
    answer.resolve(true)
    expect(await joining).toMatchObject({ kind: 'joined' })
  })
})

const channels = ['c', 'd', 'e']

/** Who sits where, as a plain list. */
class Model {
  seats: (readonly [channel: string, listener: Listener])[] = []
  /** Joins whose permission is looked up. */
  readonly pending = new Set<{ channel: string; listener: Listener; isLost: boolean }>()

  peopleOf(channel: string): Set<string> {
    return new Set(this.seats.filter(([at]) => at === channel).map(([, who]) => nameOf(who)))
  }

  channelsOf(name: string): string[] {
    return channels.filter((channel) => this.peopleOf(channel).has(name))
  }

  /** What a join that was not lost comes to. */
  take(channel: string, listener: Listener): string {
    const people = this.peopleOf(channel)
    const name = nameOf(listener)
    if (!people.has(name) && people.size >= 3) return 'full'
    if (!people.has(name) && this.channelsOf(name).length >= 2) return 'too-many-rooms'
    this.seats.push([channel, listener])
    return 'joined'
  }

  /** The channels that an identity is in no more, once these seats are empty. */
  vacate(name: string, isVacated: (channel: string, listener: Listener) => boolean): string[] {
    const before = this.channelsOf(name)
    this.seats = this.seats.filter(([channel, listener]) => !isVacated(channel, listener))
    return before.filter((channel) => !this.peopleOf(channel).has(name))
  }
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

test('any order of events, with lookups that take their time, comes to what a plain list says', async () => {
  const event = fc.record({
    kind: fc.constantFrom('join', 'join', 'join', 'refuse', 'answer', 'leave', 'remove', 'close'),
    channel: fc.constantFrom(...channels),
    listener: fc.constantFrom('ann a', 'ann b', 'bob a', 'cat a', 'cat b', 'dan a'),
  })
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(event, { maxLength: 30 }), async (world, events) => {
      const { rooms } = open()
      const model = new Model()
      const outcomes: (readonly [outcome: string, expected: string])[] = []

      function join(channel: string, listener: Listener, isAllowed: boolean): void {
        const mine = { channel, listener, isLost: false }
        model.pending.add(mine)
        const lookUp = () => world.schedule(Promise.resolve(isAllowed))
        void rooms.join(seat(channel, listener), lookUp).then(({ kind }) => {
          model.pending.delete(mine)
          if (!isAllowed) outcomes.push([kind, 'not-allowed'])
          else outcomes.push([kind, mine.isLost ? 'gone' : model.take(channel, listener)])
        })
      }

      async function answer(): Promise<void> {
        if (world.count() === 0) return
        await world.waitOne()
        await turn()
      }

      function loseIf(isLost: (channel: string, listener: Listener) => boolean): void {
        for (const each of model.pending) each.isLost ||= isLost(each.channel, each.listener)
      }

      async function play({ kind, channel, listener }: (typeof events)[number]): Promise<void> {
        const name = nameOf(listener)
        switch (kind) {
          case 'join':
          case 'refuse':
            return join(channel, listener, kind === 'join')
          case 'answer':
            return answer()
          case 'leave': {
            const left = model.vacate(name, (at, who) => at === channel && who === listener)
            expect(rooms.leave(channel, name, listener)?.channel).toBe(left[0])
            return
          }
          case 'remove': {
            const isTheirs = (at: string, who: Listener) => at === channel && nameOf(who) === name
            loseIf(isTheirs)
            expect(rooms.remove(channel, name)?.channel).toBe(model.vacate(name, isTheirs)[0])
            return
          }
          default: {
            const isTheirs = (_: string, who: Listener) => who === listener
            loseIf(isTheirs)
            const left = rooms.close(name, listener).map((departure) => departure.channel)
            expect(left.toSorted()).toEqual(model.vacate(name, isTheirs))
          }
        }
      }

      function check(): void {
        for (const [outcome, expected] of outcomes) expect(outcome).toBe(expected)
        expect(rooms.roomCount()).toBe(channels.filter((at) => model.peopleOf(at).size > 0).length)
        const sockets = new Set(model.seats.map(([, who]) => who))
        expect(rooms.listenerCount()).toBe(sockets.size + model.pending.size)
        for (const channel of channels) {
          const seen = [...(rooms.room(channel)?.values() ?? [])].flatMap(({ listeners }) => [
            ...listeners,
          ])
          const expected = model.seats.filter(([at]) => at === channel).map(([, who]) => who)
          expect(seen.toSorted()).toEqual([...new Set(expected)].toSorted())
        }
      }

      for (const each of events) {
        await play(each)
        check()
      }
      while (world.count() > 0) await answer()
      check()
      expect(model.pending.size).toBe(0)
    }),
  )
})
