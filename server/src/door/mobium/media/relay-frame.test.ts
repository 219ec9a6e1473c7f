import { describe, expect, test } from 'vitest'
import { readDown } from '@sotto/wire/live'
import { Refusal } from '#door/mobium/client.ts'
import { identityOf, type FakeClient } from '#door/mobium/client-for-tests.ts'
import {
  channel,
  crowd,
  frameOf,
  openMedia,
  otherChannel,
  people,
} from '#door/mobium/media/media-for-tests.ts'

/** Frames that came, as this client reads them. */
function heard(client: FakeClient) {
  return client.media.map((frame) => {
    const reading = readDown(frame.bytes(client.form))
    return reading.kind === 'message' ? reading.message : reading
  })
}

const text = (words: string): Uint8Array =>
  Buffer.concat([Uint8Array.of(0xa0 | words.length), Buffer.from(words)])

describe('Frames', () => {
  test('mobium 75: all others get the frame with its sender and all extra fields, nobody else anything', async () => {
    const { join, media } = openMedia()
    const { ann, bob, cat } = people()
    for (const client of [ann, bob, cat]) await join(client)
    for (const client of [ann, bob, cat]) client.take()
    const extra = Buffer.concat([text('codec'), text('opus')])
    media.relayFrame(ann, frameOf({ extra: [extra] }))
    for (const client of [bob, cat]) {
      expect(heard(client)).toEqual([
        {
          type: 'voice_data',
          channel_id: channel,
          audio: Uint8Array.of(1, 2, 200),
          seq: 7,
          sender: identityOf(1),
        },
      ])
      const bytes = client.media[0]?.bytes(client.form) ?? new Uint8Array()
      expect(Buffer.from(bytes).includes(extra)).toBe(true)
      expect(client.take()).toEqual([])
    }
    expect([ann.media, ann.take()]).toEqual([[], []])
  })

  test('mobium 76: a sender that the client wrote is overwritten', async () => {
    const { join, media } = openMedia()
    const { ann, bob } = people()
    await join(ann)
    await join(bob)
    const bytes = Buffer.concat([Uint8Array.of(0xdc, 0, 32), identityOf(9)])
    media.relayFrame(ann, frameOf({ extra: [Buffer.concat([text('sender'), bytes])] }))
    expect(heard(bob)).toMatchObject([{ sender: identityOf(1) }])
    expect(Buffer.from(bob.media[0]?.bytes('array') ?? []).includes(identityOf(9))).toBe(false)
  })

  test('mobium 77: into a room that one is not in is an error, into none is silence', async () => {
    const { join, leave, media } = openMedia()
    const { ann, bob } = people()
    const speak = () => media.relayFrame(ann, frameOf())
    expect(speak).not.toThrow()
    await join(bob)
    expect(speak).toThrow(new Refusal('not-in-voice'))
    await join(ann)
    await join(ann, otherChannel)
    expect(speak).not.toThrow()
    await leave(ann)
    expect(speak).toThrow(new Refusal('not-in-voice'))
    expect([bob.media.length, ann.media.length]).toEqual([1, 0])
  })

  test('mobium 78: of a burst of 200 frames 150 are relayed, and the rest vanish without an error', async () => {
    const { join, media, counted } = openMedia()
    const { ann, bob, cat } = people()
    for (const client of [ann, bob, cat]) await join(client)
    ann.take()
    for (let i = 0; i < 200; i++) media.relayFrame(ann, frameOf())
    expect([bob.media.length, cat.media.length, ann.take()]).toEqual([150, 150, []])
    expect(counted).toEqual([
      ...Array.from({ length: 150 }, () => 'relayed'),
      ...Array.from({ length: 50 }, () => 'limited'),
    ])
    media.relayFrame(bob, frameOf())
    expect(ann.media).toHaveLength(1)
  })

  test('mobium 79: voice and screen share one budget, and so do the sockets of an identity', async () => {
    const { join, media } = openMedia()
    const { ann, annAgain, bob } = people()
    for (const client of [ann, annAgain, bob]) await join(client)
    for (let i = 0; i < 100; i++) {
      media.relayFrame(ann, frameOf())
      media.relayFrame(annAgain, frameOf({ kind: 'screen_data' }))
    }
    const kinds = heard(bob).map((each) => ('type' in each ? each.type : 'malformed'))
    expect(kinds).toHaveLength(150)
    expect(kinds.filter((kind) => kind === 'screen_data')).toHaveLength(75)
  })

  test('every socket of the others hears, and none of the sender', async () => {
    const { join, media } = openMedia()
    const { ann, annAgain, bob } = people()
    for (const client of [ann, annAgain, bob]) await join(client)
    media.relayFrame(bob, frameOf())
    expect([ann.media.length, annAgain.media.length]).toEqual([1, 1])
    media.relayFrame(ann, frameOf())
    expect([annAgain.media.length, bob.media.length]).toEqual([1, 1])
  })

  test('each form is written once, however many read it', async () => {
    const { join, media } = openMedia()
    const clients = crowd(5)
    const { cat } = people()
    for (const client of [...clients, cat]) await join(client)
    const [first, second, third] = clients
    if (first === undefined) return
    media.relayFrame(first, frameOf())
    expect(second?.media[0]).toBe(third?.media[0])
    expect(second?.media[0]?.bytes('array')).toBe(third?.media[0]?.bytes('array'))
    expect(cat.media[0]?.bytes('bin')).toBe(cat.media[0]?.bytes('bin'))
    expect(cat.media[0]?.bytes('bin')).not.toBe(cat.media[0]?.bytes('array'))
  })
})

describe('Sizes', () => {
  const frameBytes = frameOf({ form: 'bin', body: new Uint8Array(5000) }).frame.length

  test('a frame of the largest size passes, one byte more is an error', async () => {
    const { join, media } = openMedia({ maxFrameBytes: frameBytes })
    const { ann, bob } = people()
    await join(ann)
    await join(bob)
    media.relayFrame(ann, frameOf({ form: 'bin', body: new Uint8Array(5000) }))
    const larger = frameOf({ form: 'bin', body: new Uint8Array(5001) })
    expect(() => media.relayFrame(ann, larger)).toThrow(new Refusal('too-large'))
    expect(bob.media).toHaveLength(1)
  })

  test('bytes have a budget of their own, in KiB begun: what is over it vanishes', async () => {
    const { limit } = openMedia()
    const kibibytes = limit({ burst: 11, count: 1, perMillis: 1000 })
    const { join, media } = openMedia({ kibibytes })
    const { ann, bob } = people()
    await join(ann)
    await join(bob)
    // Five KiB each, the fifth of them begun.
    for (let i = 0; i < 3; i++) {
      media.relayFrame(ann, frameOf({ form: 'bin', body: new Uint8Array(4500) }))
    }
    expect(bob.media).toHaveLength(2)
    media.relayFrame(ann, frameOf())
    media.relayFrame(ann, frameOf())
    expect(bob.media).toHaveLength(3)
    expect(ann.take()).toHaveLength(2)
  })

  test('frames into rooms that one is not in use the budget up too', async () => {
    const { limit } = openMedia()
    const { join, media } = openMedia({ frames: limit({ burst: 2, count: 1, perMillis: 1000 }) })
    const { ann, bob } = people()
    await join(bob)
    const speak = () => media.relayFrame(ann, frameOf())
    expect(speak).toThrow(Refusal)
    expect(speak).toThrow(Refusal)
    expect(speak).not.toThrow()
  })
})
