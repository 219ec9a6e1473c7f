/**
 * @module What the options say about the live door, in the words of the live door.
 */
import type { LivePolicy } from '#door/mobium/live.ts'
import type { Rate } from '#guard/rate-limit.ts'
import type { Options } from '#options.ts'

/** A message of the largest size, each byte as a number of up to two, and what stands around it. */
export function liveFrameBytes({ liveMaxMessageBytes }: Options): number {
  return 2 * liveMaxMessageBytes + 64 * 1024
}

/** In KiB. */
function byteRate(options: Options, bytesPerSecond: number): Rate {
  const count = Math.max(1, Math.floor(bytesPerSecond / 1024))
  const fourMessages = 4 * Math.ceil(liveFrameBytes(options) / 1024)
  return { burst: Math.max(8 * count, fourMessages), count, perMillis: 1000 }
}

export function livePolicy(options: Options, maxReadBytes: number): LivePolicy {
  const ttlMillis = options.liveMessageTtlSeconds * 1000
  const perSecond = (burst: number, count: number): Rate => ({ burst, count, perMillis: 1000 })
  const orNone = (burst: number, count: number): Rate | undefined =>
    count === 0 ? undefined : perSecond(burst, count)
  return {
    firstForm: options.liveFirstFrame,
    authTimeoutMillis: options.liveAuthTimeoutSeconds * 1000,
    maxMessageBytes: options.liveMaxMessageBytes,
    maxSockets: options.maxSockets,
    maxSocketsPerAddress: options.maxSocketsPerAddress,
    follow: { maxEnvelopes: options.batchLimit, maxBytes: maxReadBytes },
    acknowledge: {
      batchSize: Math.min(options.wsAckBatchSize, options.wsAckBufferSize),
      flushMillis: options.wsAckFlushIntervalMillis,
    },
    direct: {
      maxEnvelopes: options.maxInboxSize,
      maxBytes: options.maxInboxBytes,
      whenFull: 'refuse',
      ttlMillis,
    },
    channels: {
      ttlMillis,
      history: { maxMessages: options.liveHistoryMessages, maxBytes: options.liveHistoryBytes },
      maxMembers: options.liveMaxMembers,
      autoCreate: options.liveAutoCreate,
    },
    prekeyThreshold: options.prekeyRefillThreshold,
    maxPoolKeys: options.maxPrekeys,
    maxVoiceParticipants: options.liveVoiceMax,
    ice: {
      stunUrls: options.iceStunUrl === undefined ? [] : [options.iceStunUrl],
      turnUrls: options.iceTurnUrl === undefined ? [] : [options.iceTurnUrl],
      turnSecret: options.iceTurnSecret,
      ttlSeconds: options.iceTtlSeconds,
    },
    rates: {
      message: perSecond(options.liveBurst, options.livePerSecond),
      kibibytes: byteRate(options, options.liveBytesPerSecond),
      addressKibibytes:
        options.liveAddressBytesPerSecond === 0
          ? undefined
          : byteRate(options, options.liveAddressBytesPerSecond),
      chatBurst: options.liveChatBurst,
      chatIntervalMillis: options.liveChatIntervalMillis,
      media: perSecond(options.liveMediaBurst, options.liveMediaPerSecond),
      mediaBytesPerSecond: options.liveMediaBytesPerSecond,
      address: orNone(options.liveAddressBurst, options.liveAddressPerSecond),
      login: orNone(options.liveLoginBurst, options.liveLoginPerSecond),
    },
  }
}
