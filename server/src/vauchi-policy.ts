/**
 * @module What the options mean for oblivious mailboxes.
 */
import type { VauchiPolicy } from '#door/vauchi/vauchi.ts'
import type { Options } from '#options.ts'

const dayMillis = 86_400_000

export function vauchiPolicy(options: Options): VauchiPolicy {
  const { obliviousAddressBurst: burst, obliviousAddressPerSecond: count } = options
  return {
    deposits: {
      maxEnvelopes: options.obliviousMaxBlobs,
      maxBytes: options.obliviousMaxBytes,
      maxTotalBytes: options.obliviousMaxTotalBytes,
      whenFull: 'refuse',
      ttlMillis: options.obliviousTtlSeconds * 1000,
    },
    maxMessageBytes: options.obliviousMaxMessageBytes,
    rates: {
      perMinute: options.obliviousPerMinute,
      recoveryPerMinute: options.recoveryPerMinute,
      sealedExchangePerMinute: options.exchangeSealedPerMinute,
      address: count === 0 ? undefined : { burst, count, perMillis: 1000 },
    },
    exchange: { maxOffers: options.exchangeMaxOffers, ttlSeconds: options.exchangeTtlSeconds },
    version: {
      minimum: options.appVersionMin,
      warn: options.appVersionWarn ?? options.appVersionMin,
      graceMillis: options.appVersionGraceDays * dayMillis,
      changedAtMillis:
        options.appVersionChangedAt === undefined ? undefined : options.appVersionChangedAt * 1000,
    },
  }
}
