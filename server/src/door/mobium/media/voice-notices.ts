/**
 * @module What the people of a voice room are told when somebody comes or goes (mobium reference §1.10).
 */
import type { DownMessage } from '@sotto/wire/live'
import type { Departure, VoiceRoom } from '#relay/media/voice-rooms.ts'
import type { Client } from '#door/mobium/client.ts'
import { sharedMessage } from '#door/mobium/shared-message.ts'

/** So many can reach each other directly; one more, and their frames go through the relay. */
const maxPeerToPeer = 4

export function voiceMode(participants: number): 'p2p' | 'relay' {
  return participants <= maxPeerToPeer ? 'p2p' : 'relay'
}

/** Tells every socket in the room but those of `except`. */
export function tellRoom(room: VoiceRoom<Client>, message: DownMessage, except?: string): void {
  const shared = sharedMessage(message)
  for (const participant of room.values()) {
    if (participant.name === except) continue
    for (const listener of participant.listeners) listener.sendShared(shared)
  }
}

/** Tells those who are left. */
export function tellLeft({ channel, identity, room }: Departure<Client>): void {
  if (room.size === 0) return
  tellRoom(room, {
    type: 'voice_left',
    channel_id: new Uint8Array(Buffer.from(channel, 'hex')),
    pubkey: identity,
  })
}
