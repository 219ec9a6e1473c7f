/**
 * @module How often what may be done. Each operation counts apart: whoever sends much to a mailbox does not keep its
 * owner from fetching. An original client is counted by the mailbox that it names; a direct one by its address too, as
 * names cost nothing. Sealed requests have no address, so that what no mailbox bounds is bounded for all of them together.
 */
import type { Admission, Rate, RateLimit } from '#guard/rate-limit.ts'

export interface RatesPolicy {
  /** One operation on one mailbox, and the exchange calls of one address. */
  readonly perMinute: number
  /** Questions and deposits of recovery proofs, of one address. */
  readonly recoveryPerMinute: number
  /** Exchange calls of all sealed requests together. */
  readonly sealedExchangePerMinute: number
  /** All direct requests of one address; undefined for no limit. */
  readonly address: Rate | undefined
}

export type Operation = 'send' | 'send-to-address' | 'fetch' | 'ack' | 'purge'

export interface Limits {
  readonly ofAddress: (address: string | undefined) => Admission
  readonly ofMailbox: (operation: Operation, token: string) => Admission
  readonly recoveryStore: (keyHash: string, address: string | undefined) => Admission
  readonly recoveryQuery: (address: string | undefined) => Admission
  readonly offer: (address: string | undefined) => Admission
  /** Claims and completions together. */
  readonly code: (code: string, address: string | undefined) => Admission
}

/** Whatever stands for all sealed requests: one forwarder has this many times the questions of one address. */
const sealedRecoveryFactor = 30

/** A table for a handful of keys. */
const fewKeys = 16

const allowed: Admission = { allowed: true }

export function createLimits(
  policy: RatesPolicy,
  limit: (rate: Rate, capacity?: number) => RateLimit,
): Limits {
  const general = limit(perMinute(policy.perMinute))
  const recovery = limit(perMinute(policy.recoveryPerMinute))
  const sealedRecovery = limit(perMinute(policy.recoveryPerMinute * sealedRecoveryFactor), fewKeys)
  const sealedExchange = limit(perMinute(policy.sealedExchangePerMinute), fewKeys)
  const addresses = policy.address && limit(policy.address)

  function recoveryOf(what: string, address: string | undefined): Admission {
    return address === undefined
      ? sealedRecovery.take(what)
      : recovery.take(`${what}:address:${address}`)
  }

  function exchangeOf(what: string, address: string | undefined): Admission {
    return address === undefined
      ? sealedExchange.take(what)
      : general.take(`exchange-${what}:address:${address}`)
  }

  return {
    ofAddress: (address) =>
      address === undefined || addresses === undefined ? allowed : addresses.take(address),
    ofMailbox: (operation, token) => general.take(`${operation}:${token.toLowerCase()}`),
    recoveryStore: (keyHash, address) => {
      const ofCaller = recoveryOf('store', address)
      return ofCaller.allowed ? recovery.take(`store:${keyHash.toLowerCase()}`) : ofCaller
    },
    recoveryQuery: (address) => recoveryOf('query', address),
    offer: (address) => exchangeOf('offer', address),
    code: (code, address) => {
      const ofCaller = exchangeOf('code', address)
      return ofCaller.allowed ? general.take(`exchange-code:${code}`) : ofCaller
    },
  }
}

function perMinute(count: number): Rate {
  return { burst: count, count, perMillis: 60_000 }
}
