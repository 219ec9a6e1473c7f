/**
 * @module What the live door does with messages about channels: one handler each. And who is in the rooms.
 */
import type { Rooms } from '#relay/channels/rooms.ts'
import { createAppendRecord } from '#door/mobium/channels/append-record.ts'
import { createBanUser } from '#door/mobium/channels/ban-user.ts'
import type { ChannelDeps } from '#door/mobium/channels/channel-deps.ts'
import { createChannelMessage } from '#door/mobium/channels/channel-message.ts'
import { createCreateChannel } from '#door/mobium/channels/create-channel.ts'
import { createCreateInvite } from '#door/mobium/channels/create-invite.ts'
import { createGetBans } from '#door/mobium/channels/get-bans.ts'
import { createGetHistory } from '#door/mobium/channels/get-history.ts'
import { createGetMembers } from '#door/mobium/channels/get-members.ts'
import { createGetRecords } from '#door/mobium/channels/get-records.ts'
import { createJoinChannel } from '#door/mobium/channels/join-channel.ts'
import { createLeaveChannel } from '#door/mobium/channels/leave-channel.ts'
import { createSenderKeyDistribution } from '#door/mobium/channels/sender-key-distribution.ts'
import { createSetChannelAccess } from '#door/mobium/channels/set-channel-access.ts'
import { createSetRole } from '#door/mobium/channels/set-role.ts'
import { createUnbanUser } from '#door/mobium/channels/unban-user.ts'
import type { Client, ClientWatcher, Handlers } from '#door/mobium/client.ts'

export function channelHandlers(deps: ChannelDeps): Handlers {
  return {
    create_channel: createCreateChannel(deps),
    join_channel: createJoinChannel(deps),
    leave_channel: createLeaveChannel(deps),
    channel_message: createChannelMessage(deps),
    get_history: createGetHistory(deps),
    get_members: createGetMembers(deps),
    sender_key_distribution: createSenderKeyDistribution(deps),
    set_channel_access: createSetChannelAccess(deps),
    create_invite: createCreateInvite(deps),
    set_role: createSetRole(deps),
    ban_user: createBanUser(deps),
    unban_user: createUnbanUser(deps),
    get_bans: createGetBans(deps),
    append_record: createAppendRecord(deps),
    get_records: createGetRecords(deps),
  }
}

/** Whoever comes is in the rooms of all their channels before their first message is handled. */
export function roomWatcher(rooms: Rooms<Client>): ClientWatcher {
  return {
    entered: (client) => rooms.enter(client.identity, client),
    left: (client) => rooms.leave(client.identity, client),
  }
}
