/**
 * @module The key that requests are sealed for, fetched and kept for a while (RFC 9458 §3).
 *
 * Who gives each client a key of its own knows it by that, and a forwarder that gives out its own reads what it carries. So
 * behind a forwarder both are asked, and have to name the same key. While a gateway changes its key, a forwarder's copy
 * is minutes old: then the key that both named before serves on, which the gateway still takes.
 */
import type { KeyConfig } from '@sotto/veil/ohttp/key-config'
import { decodeKeyConfigs, keysMediaType } from '@sotto/veil/ohttp/key-config'
import { aeadOf } from '@sotto/veil/ohttp/suites'
import { SottoError } from '#errors.ts'
import type { Clock } from '#ports/clock.ts'
import type { Network } from '#ports/network.ts'
import { refusalOf } from '#relay/oblivious/exchange.ts'
import { sharedWork } from '#relay/shared-work.ts'

export interface GatewayKeysDeps {
  readonly network: Pick<Network, 'fetch'>
  readonly clock: Clock
  readonly relay: string
  readonly forwarder: string | undefined
}

export interface GatewayKeys {
  get(signal: AbortSignal): Promise<KeyConfig>
  /** The gateway does not take this one any more. */
  doubt(key: KeyConfig): void
}

interface Kept {
  readonly key: KeyConfig
  readonly agreedAtMillis: number
  readonly freshUntilMillis: number
}

interface Named {
  readonly key: KeyConfig
  readonly maxAgeMillis: number
}

const path = '/v2/ohttp-key?format=rfc9458'
const maxListBytes = 16_384
/** What the documentation of our relays says, for those that do not say it themselves. */
const usualAgeMillis = 300_000
/** However long the other side lets it be kept. */
const maxAgeMillis = 1_800_000
/** How soon both are asked again when they differ: a forwarder's copy is renewed in minutes. */
const differingMillis = 60_000

export function createGatewayKeys(deps: GatewayKeysDeps): GatewayKeys {
  const { clock, relay, forwarder } = deps
  let kept: Kept | undefined

  const refresh = sharedWork(async (signal) => {
    // From before it was asked for: the way back counts as well.
    const askedAtMillis = clock.now()
    const [named, forwarded] = await Promise.all([
      keyOf(deps, relay, signal),
      forwarder === undefined ? undefined : keyOf(deps, forwarder, signal),
    ])
    if (named === undefined) {
      throw new SottoError('relay-refused', 'This relay has no gateway for sealed requests')
    }
    if (forwarded === undefined || isSame(named.key, forwarded.key)) {
      const age = Math.min(named.maxAgeMillis, forwarded?.maxAgeMillis ?? maxAgeMillis)
      const freshUntilMillis = askedAtMillis + age
      kept = { key: named.key, agreedAtMillis: askedAtMillis, freshUntilMillis }
      return kept.key
    }
    return goOnWithout(named.key, forwarded.key)
  })

  /** The two differ. */
  function goOnWithout(ofRelay: KeyConfig, ofForwarder: KeyConfig): KeyConfig {
    const now = clock.now()
    const isKnown =
      kept !== undefined && (isSame(kept.key, ofRelay) || isSame(kept.key, ofForwarder))
    if (kept === undefined || !isKnown || now - kept.agreedAtMillis >= maxAgeMillis) {
      throw new SottoError(
        'bad-answer',
        'Cannot seal a request: the relay and the forwarder name different keys',
        { retryAfterMillis: differingMillis },
      )
    }
    kept = { ...kept, freshUntilMillis: now + differingMillis }
    return kept.key
  }

  return {
    async get(signal) {
      signal.throwIfAborted()
      if (kept !== undefined && kept.freshUntilMillis > clock.now()) return kept.key
      return await refresh(signal)
    },
    doubt(key) {
      if (kept !== undefined && isSame(kept.key, key)) kept = undefined
    },
  }
}

/** Undefined when there is no such thing there. */
async function keyOf(
  { network, clock }: GatewayKeysDeps,
  origin: string,
  signal: AbortSignal,
): Promise<Named | undefined> {
  const { status, headers, body } = await network.fetch(
    { method: 'GET', url: `${origin}${path}`, headers: { accept: keysMediaType } },
    maxListBytes,
    signal,
  )
  if (status === 404) return undefined
  if (status !== 200) throw refusalOf({ status, headers }, clock)
  const key = decodeKeyConfigs(body)?.find(({ suites }) => suites.some(isKnown))
  if (key === undefined) {
    throw new SottoError('bad-answer', 'Cannot use the key of the gateway: no suite of ours')
  }
  return { key, maxAgeMillis: Math.min(ageOf(headers['cache-control']), maxAgeMillis) }
}

function isKnown(suite: KeyConfig['suites'][number]): boolean {
  return aeadOf(suite) !== undefined
}

/** What the fingerprint of a key covers. */
function isSame(a: KeyConfig, b: KeyConfig): boolean {
  return a.keyId === b.keyId && a.publicKey.toHex() === b.publicKey.toHex()
}

/** RFC 9111 §5.2.2. */
function ageOf(control: string | undefined): number {
  if (/\bno-(?:store|cache)\b/i.test(control ?? '')) return 0
  const [, seconds] = /\bmax-age=(\d{1,9})\b/i.exec(control ?? '') ?? []
  return seconds === undefined ? usualAgeMillis : Number(seconds) * 1000
}
