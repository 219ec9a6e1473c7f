/**
 * @module The gateway put together: its keys, and behind it a dispatch of its own that knows the routes that may be
 * reached from inside a seal, and nothing else. So nothing can recurse, become a socket, or be asked for that is not on the
 * list.
 *
 * Behind the gateway nobody has an address. What limits by address outside is not asked in there: one bucket holds for
 * everything that comes through the gateway, and routes keep what they limit by mailbox.
 */
import type { Primitives } from '@sotto/primitives'
import { createDispatch } from '#door/dispatch.ts'
import { isReachable } from '#door/ohttp/allowed.ts'
import { getAnonymousAttachment, postAnonymousAttachment } from '#door/ohttp/attachments.ts'
import { dateToleranceMillis } from '#door/ohttp/binary-request.ts'
import { createGatewayKeys } from '#door/ohttp/gateway-keys.ts'
import { answerOhttpKey } from '#door/ohttp/get-ohttp-key.ts'
import type { OhttpDeps, OhttpPolicy } from '#door/ohttp/ohttp.ts'
import { answerOhttp, type PostOhttpDeps } from '#door/ohttp/post-ohttp.ts'
import { createReplays } from '#door/ohttp/replays.ts'
import type { Route } from '#door/route.ts'
import { createRateLimit, type Rate, type RateLimit } from '#guard/rate-limit.ts'

/** All that comes through the gateway draws from the buckets of this one client. */
const veiled = 'veil'

/** An answer holds the largest piece, and a page of messages. */
const minAnswerBytes = 256 * 1024

const bytesPerUnit = 1024

/** What answers behind the two routes. */
export interface Gateway {
  key(request: Request): Response
  open(request: Request): Promise<Response>
}

export function openGateway(deps: OhttpDeps, primitives: Primitives): Gateway {
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
    // What was sealed for this relay and is for none of its routes was refused, as it would have been under `/v2`.
    events: {
      ...events,
      requestAnswered(method, route, status, milliseconds) {
        events.requestAnswered(method, route, status, milliseconds)
        if (route === 'unmatched') events.sealedRefused()
      },
    },
  })
  const parts: PostOhttpDeps = {
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
      events,
    },
    maxRequestBytes: policy.maxRequestBytes,
    requestTimeoutMillis: policy.requestTimeoutMillis,
    monotonicMillis: deps.nowMillis,
    events,
  }
  return {
    key: ({ url }) => answerOhttpKey(keys, url),
    open: (request) => answerOhttp(request, parts),
  }
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
