/**
 * @module The oblivious door: two routes, and behind them a gateway that is opened when somebody first asks. Until then its
 * cryptography takes no memory.
 */
import type { Primitives } from '@sotto/primitives'
import type { Actions } from '#door/ohttp/envelope.ts'
import type { Gateway } from '#door/ohttp/open-gateway.ts'
import { noGateway, noKey, ohttpKeyRoute, ohttpRoute } from '#door/ohttp/routes.ts'
import type { Route } from '#door/route.ts'
import type { AccessTokens } from '#guard/access-token.ts'
import type { KeyedHash } from '#guard/keyed-hash.ts'
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

/** Undefined is a relay that opens nothing. */
export function createOhttp(deps: OhttpDeps | undefined): Ohttp {
  const gateway = deps === undefined ? undefined : onceOpened(deps)
  return {
    routes: [
      {
        ...ohttpKeyRoute,
        access: 'public',
        handle: async ({ request }) =>
          gateway === undefined ? noKey() : (await gateway()).key(request),
      },
      {
        ...ohttpRoute,
        access: 'public',
        handle: async ({ request }) =>
          gateway === undefined ? noGateway() : await (await gateway()).open(request),
      },
    ],
  }
}

/** Opened for the first who asks; who comes meanwhile waits for the same. A failure is tried again. */
function onceOpened(deps: OhttpDeps): () => Promise<Gateway> {
  let opening: Promise<Gateway> | undefined
  async function open(): Promise<Gateway> {
    const [{ openGateway }, primitives] = await Promise.all([
      import('#door/ohttp/open-gateway.ts'),
      deps.openPrimitives(),
    ])
    return openGateway(deps, primitives)
  }
  return () => {
    opening ??= open().catch((error: unknown) => {
      opening = undefined
      throw error
    })
    return opening
  }
}
