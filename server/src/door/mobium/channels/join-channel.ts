/**
 * @module `join_channel`: those who are there hear of it first, then the joiner gets the keys that wait for it, and then the
 * answer. Somebody who joins again is announced again: their keys may be gone.
 */
import { joinChannel } from '#relay/channels/join.ts'
import { channelOf, type ChannelDeps } from '#door/mobium/channels/channel-deps.ts'
import { sendWaitingKeys } from '#door/mobium/channels/send-waiting-keys.ts'
import { sharedMessage } from '#door/mobium/shared-message.ts'
import { Refusal, type Handle } from '#door/mobium/client.ts'
import type { JoinOutcome } from '#store/channels.ts'

export function createJoinChannel(deps: ChannelDeps): Handle<'join_channel'> {
  return async (client, message) => {
    const channel = channelOf(message)
    const token = message.invite_token === undefined ? undefined : tokenOf(message.invite_token)
    const outcome = await joinChannel(deps, channel, client.identity, token, deps.policy)
    if (outcome.kind !== 'joined') throw refusalOf(outcome)
    const joined = sharedMessage({
      type: 'member_joined',
      channel_id: channel,
      member: client.identity,
    })
    for (const other of deps.rooms.listenersIn(channel)) {
      if (other.name !== client.name) other.sendShared(joined)
    }
    await sendWaitingKeys(deps, client, channel)
    client.send({ type: 'channel_joined', channel_id: channel })
  }
}

const hexToken = /^[0-9a-f]{64}$/i

/** An invitation is given out as text; some send the letters of that text as bytes. */
function tokenOf(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1')
  return hexToken.test(text) ? Uint8Array.from(Buffer.from(text, 'hex')) : bytes
}

function refusalOf(outcome: Exclude<JoinOutcome, { readonly kind: 'joined' }>): Refusal {
  switch (outcome.kind) {
    case 'banned':
      return new Refusal('banned', {
        code: 'banned',
        message: 'You are banned from this channel',
      })
    case 'invite-needed':
      return new Refusal('invite-needed', {
        message: 'This channel is private. An invite token is required.',
      })
    case 'invite-refused':
      return new Refusal('invite-refused', { message: 'Invalid or expired invite token' })
    case 'full':
      return new Refusal('channel-full')
    case 'unknown-channel':
      return new Refusal('unknown-channel')
  }
}
