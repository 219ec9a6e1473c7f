/**
 * @module Voice and screen without sockets: rooms, some people, and frames as they would send them.
 */
import type { Label } from '#watch/label-values.ts'
import type { ChannelId } from '@sotto/wire'
import { readMediaFrame, writeUp, type MediaFrame } from '@sotto/wire/live'
import { createKeyedHash } from '#guard/keyed-hash.ts'
import { createRateLimit, type Rate } from '#guard/rate-limit.ts'
import type { Client } from '#door/mobium/client.ts'
import { fakeClient } from '#door/mobium/client-for-tests.ts'
import { createMedia, type MediaDeps } from '#door/mobium/media/media-handlers.ts'
import { kibibyteRate } from '#door/mobium/media/relay-frame.ts'

export const channel = new Uint8Array(32).fill(0xc1) as ChannelId
export const otherChannel = new Uint8Array(32).fill(0xc2) as ChannelId

/** Mobium's own. */
const frameRate: Rate = { burst: 150, count: 80, perMillis: 1000 }

/** Everybody is a member of everything, and no time passes. */
export function openMedia(given: Partial<MediaDeps> = {}) {
  const hash = createKeyedHash(new Uint8Array(8))
  const limit = (rate: Rate) => createRateLimit({ rate, now: () => 0, hash, capacity: 1024 })
  const counted: Label<'mediaFrames'>[] = []
  const media = createMedia({
    events: { mediaFrame: (outcome) => void counted.push(outcome) },
    isMember: async () => true,
    maxParticipants: 40,
    maxRoomsPerIdentity: 16,
    frames: limit(frameRate),
    kibibytes: limit(kibibyteRate),
    maxFrameBytes: 1024 * 1024,
    ...given,
  })
  const { join_voice, leave_voice } = media.handlers
  return {
    media,
    limit,
    counted,
    join: async (client: Client, channel_id: Uint8Array = channel) =>
      join_voice?.(client, { type: 'join_voice', channel_id }),
    leave: async (client: Client, channel_id: Uint8Array = channel) =>
      leave_voice?.(client, { type: 'leave_voice', channel_id }),
    close: (client: Client) => media.watcher.left(client),
  }
}

/** Ann has two sockets. */
export const people = () => ({
  ann: fakeClient({ identity: 1 }),
  annAgain: fakeClient({ identity: 1, device: 2 }),
  bob: fakeClient({ identity: 2 }),
  cat: fakeClient({ identity: 3, form: 'bin' }),
})

export const crowd = (count: number) =>
  Array.from({ length: count }, (_, i) => fakeClient({ identity: i + 1 }))

/** A frame as its sender writes it and the relay reads it, with more entries behind those that it must have. */
export function frameOf({
  kind = 'voice_data',
  channel_id = channel,
  body = Uint8Array.of(1, 2, 200),
  form = 'array',
  extra = [],
}: {
  readonly kind?: 'voice_data' | 'screen_data'
  readonly channel_id?: Uint8Array
  readonly body?: Uint8Array
  readonly form?: 'array' | 'bin'
  /** Keys and values in MessagePack. */
  readonly extra?: readonly Uint8Array[]
} = {}): MediaFrame {
  const message =
    kind === 'voice_data'
      ? ({ type: kind, channel_id, audio: body, seq: 7 } as const)
      : ({ type: kind, channel_id, chunk: body, seq: 7 } as const)
  const bytes = Buffer.concat([writeUp(message, form), ...extra])
  // The map's header: a fixmap says in its low bits how many entries there are.
  bytes[0] = (bytes[0] ?? 0) + extra.length
  const frame = readMediaFrame(bytes)
  if (frame === undefined) throw new TypeError('Cannot read frame: it is none of voice or screen')
  return frame
}
