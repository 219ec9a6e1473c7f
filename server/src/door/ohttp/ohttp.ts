/**
 * @module The oblivious door put together: the key, the gateway, and behind it a dispatch of its own that knows the
 * routes that may be reached from inside a seal, and nothing else. So nothing can recurse, become a socket, or be asked
 * for that is not on the list.
 *
 * Behind the gateway nobody has an address. What limits by address outside is not asked in there: one bucket holds for
 * everything that comes through the gateway, and routes keep what they limit by mailbox.
 */
import type { Primitives } from '@sotto/primitives'
import { createDispatch } from '#door/dispatch.ts'
import { isReachable } from '#door/ohttp/allowed.ts'
import { getAnonymousAttachment, postAnonymousAttachment } from '#door/ohttp/attachments.ts'
import type { Actions } from '#door/ohttp/envelope.ts'
import { createGatewayKeys } from '#door/ohttp/gateway-keys.ts'
import { getOhttpKey } from '#door/ohttp/get-ohttp-key.ts'
import { postOhttp } from '#door/ohttp/post-ohttp.ts'
import { createReplays } from '#door/ohttp/replays.ts'
import { dateToleranceMillis } from '#door/ohttp/binary-request.ts'
import type { Route } from '#door/route.ts'
import type { AccessTokens } from '#guard/access-token.ts'
import type { KeyedHash } from '#guard/keyed-hash.ts'
import { createRateLimit, type Rate, type RateLimit } from '#guard/rate-limit.ts'
import type { Clock, Randomness } from '#relay/clock.ts'
import type { BlobStore } from '#store/blobs/blobs.ts'
import type { BlobRecordStore } from '#store/store.ts'
import type { Events } from '#watch/events.ts'

export interface OhttpPolicy {
  readonly keyWindowSeconds: number
  readonly maxRequestBytes: number
  readonly requestTimeoutMillis: number
  /** Of the whole gateway. */
  readonly perSecond: number
  readonly burst: number
  readonly attachments: AnonymousAttachmentsPolicy
}

export interface AnonymousAttachmentsPolicy {
  readonly maxBytes: number
  /** Of all of them together; 0 takes none. */
  readonly maxTotalBytes: number
  readonly perSecond: number
  readonly ttlMillis: number
}

export interface OhttpDeps {
  /** Asked when the first sealed request comes, or somebody wants the key: a relay without them does not need the room. */
  readonly openPrimitives: () => Promise<Primitives>
  /** At least 32 bytes, kept over restarts, shared by relays that stand behind one name. */
  readonly secret: Uint8Array
  readonly clock: Clock
  readonly randomness: Randomness
  readonly hash: KeyedHash
  readonly actions: Actions
  /** Those of the relay. The ones that may be reached are picked here. */
  readonly routes: readonly Route[]
  readonly tokens: AccessTokens
  readonly blobs: BlobStore
  readonly records: BlobRecordStore
  readonly newRequestId: () => string
  /** Of a clock that does not jump. */
  readonly nowMillis: () => number
  readonly events: Events
  readonly policy: OhttpPolicy
}

export interface Ohttp {
  readonly routes: readonly Route[]
}

/** All that comes through the gateway draws from the buckets of this one client. */
const veiled = 'veil'

/** An answer holds the largest piece, and a page of messages. */
const minAnswerBytes = 256 * 1024

const bytesPerUnit = 1024

/** Undefined is a relay that opens nothing. */
export function createOhttp(deps: OhttpDeps | undefined): Ohttp {
  const closed = [getOhttpKey(undefined), postOhttp(undefined)]
  if (deps === undefined) return { routes: closed }
  let opened: Promise<readonly Route[]> | undefined
  const open = (): Promise<readonly Route[]> => {
    opened ??= deps.openPrimitives().then(
      (primitives) => openRoutes(deps, primitives),
      (error: unknown) => {
        opened = undefined
        throw error
      },
    )
    return opened
  }
  return {
    routes: closed.map((route, at) => ({
      ...route,
      access: 'public',
      async handle(call) {
        const found = (await open())[at]
        // Both lists are of the same routes, which anybody may ask.
        if (found?.access !== 'public')
          throw new TypeError('Cannot open gateway: a route is missing')
        return await found.handle(call)
      },
    })),
  }
}

function openRoutes(deps: OhttpDeps, primitives: Primitives): readonly Route[] {
  const { clock, randomness, events, policy } = deps
  const nowMillis = (): number => clock.now()
  const keys = createGatewayKeys({
    primitives,
    secret: deps.secret,
    windowSeconds: policy.keyWindowSeconds,
    nowMillis,
  })
  const rate = { burst: policy.burst, count: policy.perSecond, perMillis: 1000 }
  const bucket = oneBucket(deps, rate)
  const dispatch = createDispatch({
    routes: [...deps.routes.filter(isReachable), ...attachmentRoutes(deps)],
    tokens: deps.tokens,
    clientOf: () => veiled,
    // The gateway's bucket was asked.
    admit: () => ({ allowed: true }),
    newRequestId: deps.newRequestId,
    nowMillis: deps.nowMillis,
    events,
  })
  return [
    getOhttpKey(keys),
    postOhttp({
      primitives,
      random: (length) => randomness.bytes(length),
      keys,
      replays: createReplays({ hash: deps.hash, maxEntriesPerKey: replayEntries(policy) }),
      admit: () => bucket.take(veiled),
      actions: deps.actions,
      binary: {
        dispatch,
        nowMillis,
        maxContentBytes: policy.maxRequestBytes,
        maxAnswerBytes: Math.max(minAnswerBytes, policy.maxRequestBytes),
      },
      maxRequestBytes: policy.maxRequestBytes,
      requestTimeoutMillis: policy.requestTimeoutMillis,
      events,
    }),
  ]
}

/**
 * So many that half of them, which is what stays when it is full, covers the time in which a dated request is taken:
 * from as much before its date to as much after it as clocks may differ.
 */
function replayEntries({ perSecond, burst }: OhttpPolicy): number {
  return 2 * (burst + Math.ceil((perSecond * 2 * dateToleranceMillis) / 1000))
}

function attachmentRoutes(deps: OhttpDeps): readonly Route[] {
  const { policy, clock, randomness, blobs, records, events } = deps
  const { maxBytes, maxTotalBytes, perSecond, ttlMillis } = policy.attachments
  if (maxTotalBytes === 0) return []
  const often = oneBucket(deps, { burst: 4 * perSecond, count: perSecond, perMillis: 1000 })
  // Half at once, and the other half over the time that one is kept: never more than all of it at a time.
  const units = Math.max(1, Math.floor(maxTotalBytes / 2 / bytesPerUnit))
  const much = oneBucket(deps, { burst: units, count: units, perMillis: ttlMillis })
  const parts = {
    blobs,
    records,
    clock,
    randomness,
    events,
    maxBytes,
    ttlMillis,
    requestTimeoutMillis: policy.requestTimeoutMillis,
    admit: () => often.take(veiled),
    admitBytes: (bytes: number) => much.take(veiled, Math.ceil(bytes / bytesPerUnit)),
  }
  return [postAnonymousAttachment(parts), getAnonymousAttachment(parts)]
}

/** The one key needs no table. */
function oneBucket({ hash, nowMillis }: OhttpDeps, rate: Rate): RateLimit {
  return createRateLimit({ rate, capacity: 1, now: nowMillis, hash })
}
