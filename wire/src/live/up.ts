/**
 * @module Everything that a client says to the relay.
 */
import { auth } from '#live/up/auth.ts'
import { directMessage } from '#live/up/message.ts'
import { createChannel } from '#live/up/create-channel.ts'
import { joinChannel } from '#live/up/join-channel.ts'
import { leaveChannel } from '#live/up/leave-channel.ts'
import { channelMessage } from '#live/up/channel-message.ts'
import { getHistory } from '#live/up/get-history.ts'
import { getMembers } from '#live/up/get-members.ts'
import { senderKeyDistribution } from '#live/up/sender-key-distribution.ts'
import { publishPrekeys } from '#live/up/publish-prekeys.ts'
import { getPrekeyBundle } from '#live/up/get-prekey-bundle.ts'
import { getPrekeyCount } from '#live/up/get-prekey-count.ts'
import { voiceSignal } from '#live/up/voice-signal.ts'
import { joinVoice } from '#live/up/join-voice.ts'
import { leaveVoice } from '#live/up/leave-voice.ts'
import { voiceData } from '#live/up/voice-data.ts'
import { screenData } from '#live/up/screen-data.ts'
import { ping } from '#live/up/ping.ts'
import { getIceConfig } from '#live/up/get-ice-config.ts'
import { setChannelAccess } from '#live/up/set-channel-access.ts'
import { createInvite } from '#live/up/create-invite.ts'
import { setRole } from '#live/up/set-role.ts'
import { banUser } from '#live/up/ban-user.ts'
import { unbanUser } from '#live/up/unban-user.ts'
import { getBans } from '#live/up/get-bans.ts'
import { ack } from '#live/up/ack.ts'
import { publishKeys } from '#live/up/publish-keys.ts'
import { getKeyBundle } from '#live/up/get-key-bundle.ts'
import { getKeyCounts } from '#live/up/get-key-counts.ts'
import { publishDevices } from '#live/up/publish-devices.ts'
import { getDevices } from '#live/up/get-devices.ts'
import { watch } from '#live/up/watch.ts'
import { unwatch } from '#live/up/unwatch.ts'
import { appendRecord } from '#live/up/append-record.ts'
import { getRecords } from '#live/up/get-records.ts'
import { getAccessToken } from '#live/up/get-access-token.ts'
import type { MessageOf } from '#live/schema.ts'

/** In the order of the page that describes them. */
export const upMessages = {
  auth,
  message: directMessage,
  create_channel: createChannel,
  join_channel: joinChannel,
  leave_channel: leaveChannel,
  channel_message: channelMessage,
  get_history: getHistory,
  get_members: getMembers,
  sender_key_distribution: senderKeyDistribution,
  publish_prekeys: publishPrekeys,
  get_prekey_bundle: getPrekeyBundle,
  get_prekey_count: getPrekeyCount,
  voice_signal: voiceSignal,
  join_voice: joinVoice,
  leave_voice: leaveVoice,
  voice_data: voiceData,
  screen_data: screenData,
  ping,
  get_ice_config: getIceConfig,
  set_channel_access: setChannelAccess,
  create_invite: createInvite,
  set_role: setRole,
  ban_user: banUser,
  unban_user: unbanUser,
  get_bans: getBans,
  ack,
  publish_keys: publishKeys,
  get_key_bundle: getKeyBundle,
  get_key_counts: getKeyCounts,
  publish_devices: publishDevices,
  get_devices: getDevices,
  watch,
  unwatch,
  append_record: appendRecord,
  get_records: getRecords,
  get_access_token: getAccessToken,
} as const

type UpMessages = typeof upMessages
export type UpType = keyof UpMessages

/** The message of one type. */
export type UpOf<Type extends UpType> = MessageOf<UpMessages[Type]>

/** Discriminated by `type`. */
export type UpMessage = { [Type in UpType]: UpOf<Type> }[UpType]
