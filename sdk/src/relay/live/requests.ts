/**
 * @module Everything that is asked over the live door, with its answers: keys, devices and channels.
 */
import type { DownMessage, DownOf, DownType } from '@sotto/wire/live'
import { SottoError } from '#errors.ts'
import type { Question } from '#relay/live/questions.ts'

export interface KeysToPublish {
  readonly bundle: Uint8Array
  /** Up to 100. */
  readonly oneTime: readonly Uint8Array[]
  /** Up to 100. */
  readonly kemOneTime: readonly Uint8Array[]
  /** Whether one-time keys from before go. */
  readonly replace: boolean
}

export interface KeyCounts {
  readonly oneTime: number
  readonly kemOneTime: number
}

export interface Posted {
  /** Its place in the channel's history. */
  readonly id: number
  readonly acceptedAtMillis: number
}

export interface HistoryMessage extends Posted {
  readonly sender: Uint8Array
  readonly payload: Uint8Array
}

export interface HistoryPage {
  readonly messages: readonly HistoryMessage[]
  /** What to ask for next. */
  readonly nextAfterId: number
  readonly hasMore: boolean
}

export interface ChannelRecord {
  /** From 1. */
  readonly number: number
  readonly record: Uint8Array
}

export interface RecordPage {
  readonly records: readonly ChannelRecord[]
  readonly hasMore: boolean
}

/** 'conflict': there is a later record than the caller knew of. */
export type AppendOutcome =
  | { readonly kind: 'appended'; readonly number: number }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'full' }

export interface Invite {
  /** Lets into the channel. */
  readonly token: Uint8Array
  readonly maxUses: number
  readonly expiresAtMillis: number | undefined
}

export interface InviteChoices {
  /** 1 to 10,000; one unless told otherwise. */
  readonly maxUses?: number | undefined
  /** For good unless told otherwise. */
  readonly ttlSeconds?: number | undefined
}

export interface Member {
  readonly identity: Uint8Array
  /** 'owner', 'moderator' or 'member', as the relay has it; who is what in truth say the channel's records. */
  readonly role: string | undefined
}

export function publishKeys(keys: KeysToPublish): Question<KeyCounts> {
  const { bundle, oneTime, kemOneTime, replace } = keys
  return {
    message: {
      type: 'publish_keys',
      bundle,
      one_time: oneTime,
      kem_one_time: kemOneTime,
      replace,
    },
    answerOf: (message) => (message.type === 'keys_stored' ? countsOf(message) : undefined),
  }
}

export const keyCounts: Question<KeyCounts> = {
  message: { type: 'get_key_counts' },
  answerOf: (message) => (message.type === 'key_counts' ? countsOf(message) : undefined),
}

export function publishDevices(record: Uint8Array): Question<'stored'> {
  return {
    message: { type: 'publish_devices', record },
    answerOf: (message) => (message.type === 'devices_stored' ? 'stored' : undefined),
  }
}

/** A private one: who joins needs an invitation. */
export function createChannel(
  channel: Uint8Array,
  metadata: Uint8Array,
): Question<'created' | 'exists'> {
  return {
    message: {
      type: 'create_channel',
      channel_id: channel,
      encrypted_metadata: metadata,
      access_mode: 'private',
    },
    answerOf: answerIn(channel, 'channel_created', () => 'created'),
    refusedAs: { 'channel-exists': 'exists' },
  }
}

export function joinChannel(
  channel: Uint8Array,
  inviteToken: Uint8Array | undefined,
): Question<'joined'> {
  return {
    message: { type: 'join_channel', channel_id: channel, invite_token: inviteToken },
    answerOf: answerIn(channel, 'channel_joined', () => 'joined'),
  }
}

export function leaveChannel(channel: Uint8Array): Question<'left'> {
  return {
    message: { type: 'leave_channel', channel_id: channel },
    answerOf: answerIn(channel, 'channel_left', () => 'left'),
  }
}

export function postToChannel(
  channel: Uint8Array,
  payload: Uint8Array,
  clientId: Uint8Array,
): Question<Posted> {
  return {
    message: {
      type: 'channel_message',
      channel_id: channel,
      payload,
      // The length says it already.
      bucket_size: 0,
      client_id: clientId,
    },
    answerOf(message) {
      if (message.type !== 'ack' || !isSame(message.client_id, clientId)) return undefined
      const { id, accepted_at: acceptedAtMillis } = message
      if (!isSame(message.channel_id, channel)) throw badAnswer()
      if (id === undefined || acceptedAtMillis === undefined) throw badAnswer()
      return { id, acceptedAtMillis }
    },
  }
}

export function getHistory(
  channel: Uint8Array,
  afterId: number,
  limit: number,
): Question<HistoryPage> {
  return {
    message: { type: 'get_history', channel_id: channel, after_id: afterId, limit },
    answerOf: answerIn(channel, 'history_response', ({ messages, next_after_id, has_more }) => {
      if (next_after_id === undefined || has_more === undefined) throw badAnswer()
      // Else whoever reads on would never end.
      if (has_more && next_after_id <= afterId) throw badAnswer()
      return {
        messages: messages.map(({ id, sender, payload, accepted_at: acceptedAtMillis }) => {
          if (acceptedAtMillis === undefined) throw badAnswer()
          return { id, sender, payload, acceptedAtMillis }
        }),
        nextAfterId: next_after_id,
        hasMore: has_more,
      }
    }),
  }
}

export function appendRecord(
  channel: Uint8Array,
  record: Uint8Array,
  after: number,
  clientId: Uint8Array,
): Question<AppendOutcome> {
  return {
    message: { type: 'append_record', channel_id: channel, record, after, client_id: clientId },
    answerOf: answerIn(channel, 'record_appended', ({ number, client_id }) =>
      isSame(client_id, clientId) ? { kind: 'appended', number } : undefined,
    ),
    refusedAs: { 'record-conflict': { kind: 'conflict' }, 'records-full': { kind: 'full' } },
  }
}

export function getRecords(
  channel: Uint8Array,
  after: number,
  limit: number | undefined,
): Question<RecordPage> {
  return {
    message: { type: 'get_records', channel_id: channel, after, limit },
    answerOf: answerIn(channel, 'records', ({ records, has_more: hasMore }) => {
      const last = records.at(-1)?.number ?? after
      if (hasMore && last <= after) throw badAnswer()
      return { records, hasMore }
    }),
  }
}

export function createInvite(channel: Uint8Array, choices: InviteChoices): Question<Invite> {
  const { maxUses, ttlSeconds } = choices
  return {
    message: {
      type: 'create_invite',
      channel_id: channel,
      max_uses: maxUses,
      ttl_seconds: ttlSeconds,
    },
    answerOf: answerIn(channel, 'invite_created', ({ invite_token, max_uses, expires_at }) => {
      if (!/^(?:[0-9a-f]{2}){1,64}$/i.test(invite_token)) throw badAnswer()
      const expiresAt = expires_at ?? undefined
      return {
        token: Uint8Array.fromHex(invite_token),
        maxUses: max_uses,
        expiresAtMillis: expiresAt === undefined ? undefined : expiresAt * 1000,
      }
    }),
  }
}

export function banUser(
  channel: Uint8Array,
  member: Uint8Array,
  reason: string | undefined,
): Question<'banned'> {
  return {
    message: { type: 'ban_user', channel_id: channel, target_pubkey: member, reason },
    answerOf: answerIn(channel, 'user_banned', ({ target_pubkey }) =>
      isSame(target_pubkey, member) ? 'banned' : undefined,
    ),
  }
}

export function setRole(
  channel: Uint8Array,
  member: Uint8Array,
  role: 'moderator' | 'member',
): Question<'set'> {
  return {
    message: { type: 'set_role', channel_id: channel, target_pubkey: member, role },
    answerOf: answerIn(channel, 'role_set', ({ target_pubkey }) =>
      isSame(target_pubkey, member) ? 'set' : undefined,
    ),
  }
}

export function unbanUser(channel: Uint8Array, member: Uint8Array): Question<'unbanned'> {
  return {
    message: { type: 'unban_user', channel_id: channel, target_pubkey: member },
    answerOf: answerIn(channel, 'user_unbanned', ({ target_pubkey }) =>
      isSame(target_pubkey, member) ? 'unbanned' : undefined,
    ),
  }
}

export function getMembers(channel: Uint8Array): Question<readonly Member[]> {
  return {
    message: { type: 'get_members', channel_id: channel },
    answerOf: answerIn(channel, 'members_response', ({ members_with_keys: members }) =>
      members.map(({ ed25519: identity, role }) => ({ identity, role })),
    ),
  }
}

export function watch(keys: readonly Uint8Array[]): Question<'watching'> {
  return { message: { type: 'watch', keys }, answerOf: watching }
}

export function unwatch(keys: readonly Uint8Array[]): Question<'watching'> {
  return { message: { type: 'unwatch', keys }, answerOf: watching }
}

function watching({ type }: DownMessage): 'watching' | undefined {
  return type === 'watching' ? 'watching' : undefined
}

/** The answer of one type about one channel. */
function answerIn<Type extends ChannelAnswer, Answer>(
  channel: Uint8Array,
  type: Type,
  answerOf: (message: DownOf<Type>) => Answer | undefined,
): (message: DownMessage) => Answer | undefined {
  return (message) =>
    isOfType(message, type) && isSame(message.channel_id, channel) ? answerOf(message) : undefined
}

type ChannelAnswer = {
  [Type in DownType]: DownOf<Type> extends { readonly channel_id: Uint8Array } ? Type : never
}[DownType]

function isOfType<Type extends ChannelAnswer>(
  message: DownMessage,
  type: Type,
): message is Extract<DownMessage, { readonly type: Type }> & DownOf<Type> {
  return message.type === type
}

function countsOf(message: {
  readonly one_time: number
  readonly kem_one_time: number
}): KeyCounts {
  return { oneTime: message.one_time, kemOneTime: message.kem_one_time }
}

/** Of what is no secret. */
function isSame(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a?.length === b.length && a.every((byte, at) => byte === b[at])
}

function badAnswer(): SottoError {
  return new SottoError('bad-answer', 'Cannot use the answer: it is not what was asked for')
}
