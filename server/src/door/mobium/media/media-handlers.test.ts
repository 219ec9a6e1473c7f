import { describe, expect, test } from 'vitest'
import { channelName, Refusal } from '#door/mobium/client.ts'
import { fakeClient, identityOf } from '#door/mobium/client-for-tests.ts'
import {
  channel,
  crowd,
  openMedia,
  otherChannel,
  people,
} from '#door/mobium/media/media-for-tests.ts'

describe('join_voice', () => {
  test('mobium 72: the joiner gets voice_state with itself, those before it voice_joined', async () => {
    const { join } = openMedia()
    const { ann, bob, cat } = people()
    await join(ann)
    expect(ann.take()).toEqual([
      {
        type: 'voice_state',
        channel_id: channel,
        participants: [identityOf(1)],
        voice_mode: 'p2p',
        max_participants: 40,
      },
    ])
    await join(bob)
    expect(bob.take()).toMatchObject([
      { type: 'voice_state', participants: [identityOf(1), identityOf(2)] },
    ])
    expect(ann.take()).toEqual([
      {
        type: 'voice_joined',
        channel_id: channel,
        pubkey: identityOf(2),
        voice_mode: 'p2p',
        participant_count: 2,
      },
    ])
    await join(cat)
    expect([ann, bob].map((each) => each.take().length)).toEqual([1, 1])
    const [toAnn, toBob] = [ann.shared.at(-1), bob.shared.at(-1)]
    expect(toAnn?.bytes('array')).toBe(toBob?.bytes('array'))
  })

  test('mobium 82: four are p2p, five are relay, and the 41st finds the room full', async () => {
    const { join } = openMedia()
    const clients = crowd(41)
    const modes = []
    for (const client of clients) {
      await join(client)
      modes.push(client.sent.map((each) => ('voice_mode' in each ? each.voice_mode : each.type)))
    }
    expect(modes.slice(0, 4).flat()).toEqual(['p2p', 'p2p', 'p2p', 'p2p'])
    expect(new Set(modes.slice(4, 40).flat())).toEqual(new Set(['relay']))
    expect(clients.at(40)?.sent).toEqual([
      {
        type: 'voice_full',
        channel_id: channel,
        message: 'This voice channel is full',
        max_participants: 40,
      },
    ])
    expect(clients[0]?.sent.slice(3, 5)).toMatchObject([
      { type: 'voice_joined', voice_mode: 'p2p', participant_count: 4 },
      { type: 'voice_joined', voice_mode: 'relay', participant_count: 5 },
    ])
    expect(clients[0]?.sent).toHaveLength(40)
  })

  test('who does not belong to the channel is refused, and nobody hears of it', async () => {
    const { ann, bob } = people()
    const asked: unknown[] = []
    const { join, media } = openMedia({
      isMember: async (client, of) => {
        asked.push([client, of])
        return client === ann
      },
    })
    await join(ann)
    ann.take()
    await expect(join(bob)).rejects.toThrow(new Refusal('not-a-member'))
    expect(asked).toEqual([
      [ann, channel],
      [bob, channel],
    ])
    expect([ann.take(), bob.take(), media.roomCount()]).toEqual([[], [], 1])
  })

  test('a second socket, and a second join, get the state; others hear of an identity once', async () => {
    const { join } = openMedia()
    const { ann, annAgain, bob } = people()
    await join(bob)
    await join(ann)
    bob.take()
    ann.take()
    await join(annAgain)
    await join(ann)
    for (const client of [ann, annAgain]) {
      const participants = [identityOf(2), identityOf(1)]
      expect(client.take()).toMatchObject([{ type: 'voice_state', participants }])
    }
    expect(bob.take()).toEqual([])
  })

  test('an identity cannot be in any number of rooms', async () => {
    const { join } = openMedia({ maxRoomsPerIdentity: 1 })
    const { ann } = people()
    await join(ann)
    await expect(join(ann, otherChannel)).rejects.toThrow(new Refusal('too-many'))
  })

  test('a socket that closes while its membership is looked up is in no room', async () => {
    const answer = Promise.withResolvers<boolean>()
    const { join, close, media } = openMedia({ isMember: () => answer.promise })
    const { ann } = people()
    const joining = join(ann)
    close(ann)
    answer.resolve(true)
    await expect(joining).rejects.toThrow(Refusal)
    expect([media.roomCount(), ann.sent]).toEqual([0, []])
  })
})

describe('Leaving', () => {
  test('mobium 73: the others get voice_left, who leaves gets nothing', async () => {
    const { join, leave } = openMedia()
    const { ann, bob, cat } = people()
    for (const client of [ann, bob, cat]) await join(client)
    for (const client of [ann, bob, cat]) client.take()
    await leave(bob)
    const left = { type: 'voice_left', channel_id: channel, pubkey: identityOf(2) }
    expect([ann, bob, cat].map((client) => client.take())).toEqual([[left], [], [left]])
  })

  test('nobody is told of one who was not there', async () => {
    const { join, leave } = openMedia()
    const { ann, bob } = people()
    await join(ann)
    ann.take()
    await leave(bob)
    await leave(ann, otherChannel)
    expect([ann.take(), bob.take()]).toEqual([[], []])
  })

  test('an identity is gone with its last socket', async () => {
    const { join, leave, close } = openMedia()
    const { ann, annAgain, bob } = people()
    for (const client of [bob, ann, annAgain]) await join(client)
    bob.take()
    await leave(ann)
    expect(bob.take()).toEqual([])
    close(annAgain)
    expect(bob.take()).toMatchObject([{ type: 'voice_left', pubkey: identityOf(1) }])
  })

  test('mobium 74: a client that disconnects leaves every voice channel that it was in', async () => {
    const { join, close, media } = openMedia()
    const { ann, bob, cat } = people()
    await join(ann)
    await join(ann, otherChannel)
    await join(bob)
    await join(cat, otherChannel)
    for (const client of [ann, bob, cat]) client.take()
    close(ann)
    expect(bob.take()).toEqual([{ type: 'voice_left', channel_id: channel, pubkey: identityOf(1) }])
    expect(cat.take()).toEqual([
      { type: 'voice_left', channel_id: otherChannel, pubkey: identityOf(1) },
    ])
    expect(ann.take()).toEqual([])
    close(bob)
    close(cat)
    expect(media.roomCount()).toBe(0)
  })

  test('who loses its channel loses its voice there, with all sockets, and the rest are told', async () => {
    const { join, media } = openMedia()
    const { ann, annAgain, bob } = people()
    for (const client of [ann, annAgain, bob]) await join(client)
    await join(ann, otherChannel)
    for (const client of [ann, annAgain, bob]) client.take()
    media.endVoice(channelName(channel), ann.name)
    media.endVoice(channelName(channel), ann.name)
    expect(bob.take()).toEqual([{ type: 'voice_left', channel_id: channel, pubkey: identityOf(1) }])
    expect([ann.take(), annAgain.take(), media.roomCount()]).toEqual([[], [], 2])
  })

  test('who loses its channel while it joins does not get in', async () => {
    const answer = Promise.withResolvers<boolean>()
    const { join, media } = openMedia({ isMember: () => answer.promise })
    const eve = fakeClient({ identity: 5 })
    const joining = join(eve)
    media.endVoice(channelName(channel), eve.name)
    answer.resolve(true)
    await expect(joining).rejects.toThrow(new Refusal('not-a-member'))
    expect(media.roomCount()).toBe(0)
  })
})
