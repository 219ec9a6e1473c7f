/**
 * @module The live door put together: ports and policies in, a route and its sockets out. `/ws` itself is in `get-ws.ts`,
 * one connection in `session.ts`, and each message in a file of its own in the folders beside.
 */
import type { VerifyEd25519 } from '@sotto/primitives'
import type { MailboxId } from '@sotto/wire'
import type { WrittenForm } from '@sotto/wire/live'
import type { Bus } from '#bus/bus.ts'
import type { AccessTokens } from '#guard/access-token.ts'
import type { ClientAddress } from '#guard/client-address.ts'
import type { Rate, RateLimit } from '#guard/rate-limit.ts'
import { Rooms } from '#relay/channels/rooms.ts'
import { Turns } from '#relay/channels/turns.ts'
import type { Clock, Randomness } from '#relay/clock.ts'
import type { AcknowledgeLimits } from '#relay/mailboxes/acknowledger.ts'
import type { DepositPolicy } from '#relay/mailboxes/deposit.ts'
import type { FollowLimits } from '#relay/mailboxes/follow.ts'
import type { Store } from '#store/store.ts'
import type { Events } from '#watch/events.ts'
import { createGetIceConfig, type IceConfigDeps } from '#door/mobium/calls/get-ice-config.ts'
import { createVoiceSignal } from '#door/mobium/calls/voice-signal.ts'
import type { ChannelPolicy } from '#door/mobium/channels/channel-deps.ts'
import { channelHandlers, roomWatcher } from '#door/mobium/channels/channel-handlers.ts'
import type { Client } from '#door/mobium/client.ts'
import { acknowledge } from '#door/mobium/direct/ack.ts'
import { createMessage } from '#door/mobium/direct/message.ts'
import { unwatch, watch } from '#door/mobium/direct/watch.ts'
import { createGetAccessToken } from '#door/mobium/get-access-token.ts'
import { createLiveDoor, type LiveDoor } from '#door/mobium/get-ws.ts'
import type { HandOut } from '#door/mobium/keys/hand-out.ts'
import { createKeys } from '#door/mobium/keys/key-handlers.ts'
import type { LiveClient } from '#door/mobium/live-client.ts'
import { createMedia } from '#door/mobium/media/media-handlers.ts'
import { kibibyteRate, largestFrameBytes } from '#door/mobium/media/relay-frame.ts'
import { Roster } from '#door/mobium/roster.ts'

export interface LiveDeps {
  readonly store: Store
  readonly bus: Bus
  readonly clock: Clock
  readonly randomness: Randomness
  readonly tokens: AccessTokens
  readonly verify: VerifyEd25519
  readonly events: Events
  readonly onError: (error: unknown) => void
  readonly addressOf: ClientAddress
  readonly isOriginAllowed: (origin: string | null) => boolean

  readonly limit: (rate: Rate) => RateLimit
  /** False when this target's budget of one-time keys is used up for now. */
  readonly meter: (mailbox: MailboxId) => boolean
  readonly policy: LivePolicy
}

export interface LivePolicy {
  readonly firstForm: WrittenForm
  readonly authTimeoutMillis: number
  readonly maxMessageBytes: number
  /** Infinite for no limit. */
  readonly maxSockets: number
  readonly maxSocketsPerAddress: number
  readonly follow: FollowLimits
  readonly acknowledge: AcknowledgeLimits
  readonly direct: DepositPolicy
  readonly channels: Omit<ChannelPolicy, 'maxMessageBytes'>
  readonly prekeyThreshold: number
  readonly maxPoolKeys: number
  readonly maxVoiceParticipants: number
  readonly ice: Pick<IceConfigDeps, 'stunUrls' | 'turnUrls' | 'turnSecret' | 'ttlSeconds'>
  readonly rates: {
    readonly message: Rate
    /** Of all messages together, in KiB begun. */
    readonly kibibytes: Rate
    /** How long one chat message keeps off the next, after a burst; 0 for no limit. */
    readonly chatIntervalMillis: number
    readonly chatBurst: number
    readonly media: Rate
    readonly mediaBytesPerSecond: number
    /** Of one address; undefined for no limit. */
    readonly address: Rate | undefined
    /** In KiB begun, voice and screen included. */
    readonly addressKibibytes: Rate | undefined
    readonly login: Rate | undefined
  }
}

export interface Live extends Disposable {
  readonly door: LiveDoor
  /** Keys of a device, for who asks at another door. */
  readonly handOut: HandOut
  /** What operators may know. */
  stats(): { readonly connectedUsers: number; readonly voiceChannelsActive: number }
}

/** Voice rooms that one identity may be in at once. */
const maxVoiceRooms = 16

export function createLive(deps: LiveDeps): Live {
  const { store, bus, clock, randomness, events, policy } = deps
  const { mailboxes, identities, bundles, channels } = store
  const { maxMessageBytes, rates } = policy
  const roster = new Roster<LiveClient>()
  const rooms = new Rooms<Client>(channels)
  const media = createMedia({
    isMember: async (client, channel) =>
      (await channels.membership(channel, client.identity)) !== undefined,
    maxParticipants: policy.maxVoiceParticipants,
    maxRoomsPerIdentity: maxVoiceRooms,
    frames: deps.limit(rates.media),
    kibibytes: deps.limit(byteRate(rates.mediaBytesPerSecond)),
    maxFrameBytes: largestFrameBytes,
    events,
  })
  const keys = createKeys({
    bundles,
    identities,
    presence: roster,
    meter: deps.meter,
    lowThreshold: policy.prekeyThreshold,
    maxPoolKeys: policy.maxPoolKeys,
    events,
  })
  const door = createLiveDoor({
    identities,
    mailboxes,
    bus,
    clock,
    randomness,
    events,
    verify: deps.verify,
    onError: deps.onError,
    addressOf: deps.addressOf,
    isOriginAllowed: deps.isOriginAllowed,
    follow: policy.follow,
    acknowledge: policy.acknowledge,
    firstForm: policy.firstForm,
    authTimeoutMillis: policy.authTimeoutMillis,
    maxSockets: policy.maxSockets,
    maxSocketsPerAddress: policy.maxSocketsPerAddress,
    roster,
    watchers: [roomWatcher(rooms), media.watcher, keys.watcher],
    relayFrame: media.relayFrame,
    limits: limitsOf(deps),
    handlers: {
      message: createMessage({
        mailboxes,
        bus,
        clock,
        randomness,
        events,
        presence: roster,
        policy: policy.direct,
        maxMessageBytes,
      }),
      ack: acknowledge,
      watch,
      unwatch,
      get_access_token: createGetAccessToken({ tokens: deps.tokens }),
      voice_signal: createVoiceSignal({ presence: roster, maxMessageBytes }),
      get_ice_config: createGetIceConfig({ ...policy.ice, clock, randomness }),
      ...keys.handlers,
      ...media.handlers,
      ...channelHandlers({
        channels,
        rooms,
        turns: new Turns(),
        clock,
        randomness,
        presence: roster,
        policy: { ...policy.channels, maxMessageBytes },
        endVoice: (channel, identity) => media.endVoice(channel, identity),
        onPosted: (sockets) => events.channelPosted(sockets),
        onDamaged: (messages) => events.recordsDamaged('channel-message', messages),
      }),
    },
  })
  return {
    door,
    handOut: keys.handOut,
    stats: () => ({ connectedUsers: roster.count(), voiceChannelsActive: media.roomCount() }),
    [Symbol.dispose]: () => keys[Symbol.dispose](),
  }
}

function limitsOf({ limit, policy: { rates } }: LiveDeps) {
  const allows = (rate: Rate | undefined): ((who: string) => boolean) => {
    if (rate === undefined) return () => true
    const counted = limit(rate)
    return (who) => counted.take(who).allowed
  }
  const { chatIntervalMillis, chatBurst } = rates
  const allowsBytes = (rate: Rate | undefined): ((who: string, length: number) => boolean) => {
    if (rate === undefined) return () => true
    const counted = limit(rate)
    return (who, length) => counted.take(who, Math.max(1, Math.ceil(length / 1024))).allowed
  }
  return {
    message: allows(rates.message),
    bytes: allowsBytes(rates.kibibytes),
    bytesOfAddress: allowsBytes(rates.addressKibibytes),
    chat: allows(
      chatIntervalMillis === 0
        ? undefined
        : { burst: chatBurst, count: 1, perMillis: chatIntervalMillis },
    ),
    ofAddress: allows(rates.address),
    login: allows(rates.login),
    chatIntervalMillis,
  }
}

/** In KiB, with room for four of the largest frames at once. */
function byteRate(bytesPerSecond: number): Rate {
  return { ...kibibyteRate, count: Math.max(1, Math.floor(bytesPerSecond / 1024)) }
}
