/**
 * @module Everything that the relay says to a client.
 */
import { authChallenge } from '#live/down/auth-challenge.ts'
import { authSuccess } from '#live/down/auth-success.ts'
import { directMessage } from '#live/down/message.ts'
import { channelMessage } from '#live/down/channel-message.ts'
import { ack } from '#live/down/ack.ts'
import { historyResponse } from '#live/down/history-response.ts'
import { channelCreated } from '#live/down/channel-created.ts'
import { channelJoined } from '#live/down/channel-joined.ts'
import { channelLeft } from '#live/down/channel-left.ts'
import { memberJoined } from '#live/down/member-joined.ts'
import { memberLeft } from '#live/down/member-left.ts'
import { senderKeyDistribution } from '#live/down/sender-key-distribution.ts'
import { membersResponse } from '#live/down/members-response.ts'
import { prekeysStored } from '#live/down/prekeys-stored.ts'
import { prekeyBundleResponse } from '#live/down/prekey-bundle-response.ts'
import { prekeyCountResponse } from '#live/down/prekey-count-response.ts'
import { voiceSignal } from '#live/down/voice-signal.ts'
import { voiceState } from '#live/down/voice-state.ts'
import { voiceJoined } from '#live/down/voice-joined.ts'
import { voiceLeft } from '#live/down/voice-left.ts'
import { voiceFull } from '#live/down/voice-full.ts'
import { voiceData } from '#live/down/voice-data.ts'
import { screenData } from '#live/down/screen-data.ts'
import { pong } from '#live/down/pong.ts'
import { error } from '#live/down/error.ts'
import { iceConfig } from '#live/down/ice-config.ts'
import { channelAccessUpdated } from '#live/down/channel-access-updated.ts'
import { inviteCreated } from '#live/down/invite-created.ts'
import { roleSet } from '#live/down/role-set.ts'
import { roleUpdated } from '#live/down/role-updated.ts'
import { userBanned } from '#live/down/user-banned.ts'
import { banned } from '#live/down/banned.ts'
import { userUnbanned } from '#live/down/user-unbanned.ts'
import { bansList } from '#live/down/bans-list.ts'
import { keysStored } from '#live/down/keys-stored.ts'
import { keyCounts } from '#live/down/key-counts.ts'
import { keyBundle } from '#live/down/key-bundle.ts'
import { keysLow } from '#live/down/keys-low.ts'
import { devicesStored } from '#live/down/devices-stored.ts'
import { devices } from '#live/down/devices.ts'
import { watching } from '#live/down/watching.ts'
import { envelope } from '#live/down/envelope.ts'
import { recordAppended } from '#live/down/record-appended.ts'
import { channelRecord } from '#live/down/channel-record.ts'
import { records } from '#live/down/records.ts'
import { accessToken } from '#live/down/access-token.ts'
import type { MessageOf } from '#live/schema.ts'

/** In the order of the page that describes them. */
export const downMessages = {
  auth_challenge: authChallenge,
  auth_success: authSuccess,
  message: directMessage,
  channel_message: channelMessage,
  ack,
  history_response: historyResponse,
  channel_created: channelCreated,
  channel_joined: channelJoined,
  channel_left: channelLeft,
  member_joined: memberJoined,
  member_left: memberLeft,
  sender_key_distribution: senderKeyDistribution,
  members_response: membersResponse,
  prekeys_stored: prekeysStored,
  prekey_bundle_response: prekeyBundleResponse,
  prekey_count_response: prekeyCountResponse,
  voice_signal: voiceSignal,
  voice_state: voiceState,
  voice_joined: voiceJoined,
  voice_left: voiceLeft,
  voice_full: voiceFull,
  voice_data: voiceData,
  screen_data: screenData,
  pong,
  error,
  ice_config: iceConfig,
  channel_access_updated: channelAccessUpdated,
  invite_created: inviteCreated,
  role_set: roleSet,
  role_updated: roleUpdated,
  user_banned: userBanned,
  banned,
  user_unbanned: userUnbanned,
  bans_list: bansList,
  keys_stored: keysStored,
  key_counts: keyCounts,
  key_bundle: keyBundle,
  keys_low: keysLow,
  devices_stored: devicesStored,
  devices,
  watching,
  envelope,
  record_appended: recordAppended,
  channel_record: channelRecord,
  records,
  access_token: accessToken,
} as const

type DownMessages = typeof downMessages
export type DownType = keyof DownMessages

/** The message of one type. */
export type DownOf<Type extends DownType> = MessageOf<DownMessages[Type]>

/** Discriminated by `type`. */
export type DownMessage = { [Type in DownType]: DownOf<Type> }[DownType]
