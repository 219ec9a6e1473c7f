/**
 * @module voice_data and screen_data: a frame goes to everybody else in the room as it came, with the sender that the
 * relay knows. What is inside is not decoded; each form that is needed is made once, whatever the size of the room.
 *
 * | what happens | when |
 * |---|---|
 * | nothing | the sender's frames or bytes are over its budget, or nobody is in this channel's room |
 * | error | the frame is too large, or others are in the room and the sender is not |
 */
import type { ChannelId } from '@sotto/wire'
import { relayMediaFrame, type MediaFrame } from '@sotto/wire/live'
import type { Rate, RateLimit } from '#guard/rate-limit.ts'
import type { VoiceRooms } from '#relay/media/voice-rooms.ts'
import type { Events } from '#watch/events.ts'
import { channelName, Refusal, type Client, type SharedFrame } from '#door/mobium/client.ts'

export interface RelayFrameDeps {
  readonly rooms: VoiceRooms<Client>
  /** Frames of one identity, voice and screen together. */
  readonly frames: RateLimit
  /** Their bytes, in KiB begun. Its burst is at least one frame of the largest size. */
  readonly kibibytes: RateLimit
  readonly maxFrameBytes: number
  readonly events: Pick<Events, 'mediaFrame'>
}

export type RelayFrame = (client: Client, frame: MediaFrame) => void

/**
 * The original client's best screen quality sends a second of 2.5 Mbit/s in one frame, and each byte as a number of one
 * or two (mobium reference §1.1, §5.10): half a MiB, and more where a picture changes.
 */
export const largestFrameBytes = 1024 * 1024

/** 8 Mbit/s, and four of the largest frames at once. */
export const kibibyteRate: Rate = { burst: 4096, count: 1024, perMillis: 1000 }

export function createRelayFrame(deps: RelayFrameDeps): RelayFrame {
  const { rooms, frames, kibibytes, maxFrameBytes, events } = deps
  return (client, frame) => {
    if (!frames.take(client.identity).allowed) return events.mediaFrame('limited')
    const { length } = frame.frame
    if (length > maxFrameBytes) throw new Refusal('too-large')
    if (!kibibytes.take(client.identity, Math.ceil(length / 1024)).allowed) {
      return events.mediaFrame('limited')
    }
    // A channel that nobody made has no room.
    const room = rooms.room(channelName(frame.channel as ChannelId))
    if (room === undefined) return
    if (!room.has(client.name)) throw new Refusal('not-in-voice')
    events.mediaFrame('relayed')
    const shared = new RelayedFrame(frame, client.identity)
    for (const participant of room.values()) {
      if (participant.name === client.name) continue
      for (const listener of participant.listeners) listener.sendMedia(shared)
    }
  }
}

class RelayedFrame implements SharedFrame {
  readonly #frame: MediaFrame
  readonly #sender: Uint8Array
  #array: Uint8Array | undefined
  #bin: Uint8Array | undefined

  constructor(frame: MediaFrame, sender: Uint8Array) {
    this.#frame = frame
    this.#sender = sender
  }

  bytes(form: Client['form']): Uint8Array {
    if (form === 'bin') return (this.#bin ??= relayMediaFrame(this.#frame, this.#sender, form))
    return (this.#array ??= relayMediaFrame(this.#frame, this.#sender, form))
  }
}
