/**
 * @module Voice and screen of channels: what clients may ask, and what becomes of who leaves.
 */
import { VoiceRooms } from '#relay/media/voice-rooms.ts'
import type { ChannelName, Client, ClientWatcher, Handlers } from '#door/mobium/client.ts'
import { createJoinVoice, type JoinVoiceDeps } from '#door/mobium/media/join-voice.ts'
import { createLeaveVoice } from '#door/mobium/media/leave-voice.ts'
import {
  createRelayFrame,
  type RelayFrame,
  type RelayFrameDeps,
} from '#door/mobium/media/relay-frame.ts'
import { tellLeft } from '#door/mobium/media/voice-notices.ts'

export interface MediaDeps extends Omit<JoinVoiceDeps, 'rooms'>, Omit<RelayFrameDeps, 'rooms'> {
  readonly maxRoomsPerIdentity: number
}

export interface Media {
  readonly handlers: Handlers
  /** A socket that closes leaves every room. */
  readonly watcher: ClientWatcher
  readonly relayFrame: RelayFrame
  /** The identity belongs to the channel no longer, so nobody there hears or is heard by any of its sockets. */
  endVoice(channel: ChannelName, identityName: string): void
  /** How many rooms have somebody in them. */
  roomCount(): number
}

export function createMedia(deps: MediaDeps): Media {
  const rooms = new VoiceRooms<Client>(deps)
  return {
    handlers: {
      join_voice: createJoinVoice({ ...deps, rooms }),
      leave_voice: createLeaveVoice(rooms),
    },
    watcher: {
      left: (client) => rooms.close(client.name, client).forEach(tellLeft),
    },
    relayFrame: createRelayFrame({ ...deps, rooms }),
    endVoice(channel, identityName) {
      const departure = rooms.remove(channel, identityName)
      if (departure !== undefined) tellLeft(departure)
    },
    roomCount: () => rooms.roomCount(),
  }
}
