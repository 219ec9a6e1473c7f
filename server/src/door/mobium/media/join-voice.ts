/**
 * @module join_voice: somebody begins to hear and to be heard in a channel that they belong to.
 *
 * Others are told of a participant once: a second socket of the same identity, or a second `join_voice`, gets the state of
 * the room and nobody hears of it.
 */
import type { ChannelId } from '@sotto/wire'
import type { VoiceRooms } from '#relay/media/voice-rooms.ts'
import { channelName, Refusal, type Client, type Handle } from '#door/mobium/client.ts'
import { tellRoom, voiceMode } from '#door/mobium/media/voice-notices.ts'

export interface JoinVoiceDeps {
  readonly rooms: VoiceRooms<Client>
  readonly isMember: (client: Client, channel: ChannelId) => Promise<boolean>
  readonly maxParticipants: number
}

export function createJoinVoice(deps: JoinVoiceDeps): Handle<'join_voice'> {
  const { rooms, isMember, maxParticipants } = deps
  return async (client, { channel_id }) => {
    // A channel that nobody made has no members.
    const channel = channel_id as ChannelId
    const seat = {
      channel: channelName(channel),
      name: client.name,
      identity: client.identity,
      listener: client,
    }
    const outcome = await rooms.join(seat, () => isMember(client, channel))
    switch (outcome.kind) {
      case 'joined':
        break
      case 'full':
        client.send({
          type: 'voice_full',
          channel_id,
          message: 'This voice channel is full',
          max_participants: maxParticipants,
        })
        return
      case 'too-many-rooms':
        throw new Refusal('too-many')
      case 'not-allowed':
      case 'gone':
        throw new Refusal('not-a-member')
    }
    const { isNew, room } = outcome
    client.send({
      type: 'voice_state',
      channel_id,
      participants: Array.from(room.values(), ({ identity }) => identity),
      voice_mode: voiceMode(room.size),
      max_participants: maxParticipants,
    })
    if (!isNew) return
    tellRoom(
      room,
      {
        type: 'voice_joined',
        channel_id,
        pubkey: client.identity,
        voice_mode: voiceMode(room.size),
        participant_count: room.size,
      },
      client.name,
    )
  }
}
