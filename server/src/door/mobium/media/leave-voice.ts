/**
 * @module leave_voice: a socket leaves a room, and its identity with the last of its sockets. Who leaves gets no answer,
 * and nobody is told of one who was not there.
 */
import type { ChannelId } from '@sotto/wire'
import type { VoiceRooms } from '#relay/media/voice-rooms.ts'
import { channelName, type Client, type Handle } from '#door/mobium/client.ts'
import { tellLeft } from '#door/mobium/media/voice-notices.ts'

export function createLeaveVoice(rooms: VoiceRooms<Client>): Handle<'leave_voice'> {
  return (client, { channel_id }) => {
    // A channel that nobody made has no room.
    const channel = channelName(channel_id as ChannelId)
    const departure = rooms.leave(channel, client.name, client)
    if (departure !== undefined) tellLeft(departure)
  }
}
