/**
 * @module The oblivious door put together: ports and policies in, routes and actions out. Each request has a file of
 * its own, `actions.ts` has them by name.
 */
import type { VerifyEd25519 } from '@sotto/primitives'
import type { Bus } from '#bus/bus.ts'
import type { Dispatch } from '#door/dispatch.ts'
import type { ClientAddress } from '#guard/client-address.ts'
import type { KeyedHash } from '#guard/keyed-hash.ts'
import type { Rate, RateLimit } from '#guard/rate-limit.ts'
import { createReplayGuard } from '#guard/replay.ts'
import type { Clock, Randomness } from '#relay/clock.ts'
import { ExchangeBroker } from '#relay/exchange/broker.ts'
import type { FleetingPolicy } from '#relay/mailboxes/deposit.ts'
import { expireProofs } from '#relay/recovery/proofs.ts'
import type { Store } from '#store/store.ts'
import type { HandOut } from '#door/mobium/keys/hand-out.ts'
import { actionRoutes } from '#door/vauchi/action-routes.ts'
import { createActions, type Actions, type ActionsDeps } from '#door/vauchi/actions.ts'
import { createVersionGate } from '#door/vauchi/app-version.ts'
import { elsewhere, inOwnWords } from '#door/vauchi/elsewhere.ts'
import { getHealth } from '#door/vauchi/get-health.ts'
import { createLimits, type RatesPolicy } from '#door/vauchi/limits.ts'
import { postKeys } from '#door/vauchi/post-keys.ts'
import { purgeReplayMillis } from '#door/vauchi/post-purge.ts'
import { postSendMany } from '#door/vauchi/post-send-many.ts'
import type { Route } from '#door/route.ts'

export interface VauchiDeps {
  readonly store: Pick<Store, 'identities' | 'mailboxes' | 'recovery' | 'milestones'>
  /** Keys of the live door's devices, counted with what is asked for there. */
  readonly handOut: HandOut
  readonly bus: Bus
  readonly clock: Clock
  /** Milliseconds of a clock that does not jump. */
  readonly monotonic: () => number
  readonly randomness: Randomness
  readonly verify: VerifyEd25519
  readonly hash: KeyedHash
  readonly limit: (rate: Rate, capacity?: number) => RateLimit
  readonly addressOf: ClientAddress
  readonly events: ActionsDeps['events']
  readonly requestTimeoutMillis: number
  readonly policy: VauchiPolicy
}

export interface VauchiPolicy {
  readonly deposits: FleetingPolicy
  readonly maxMessageBytes: number
  readonly rates: RatesPolicy
  readonly exchange: { readonly maxOffers: number; readonly ttlSeconds: number }
  readonly version: {
    readonly minimum: number
    readonly warn: number
    readonly graceMillis: number
    /** When the minimum changed, if the operator says so; otherwise the store remembers. */
    readonly changedAtMillis: number | undefined
  }
}

export interface Vauchi {
  readonly routes: readonly Route[]
  /** The same for whole requests out of a seal, which have no address. */
  readonly sealedRoutes: readonly Route[]
  /** For sealed requests: left without an address, they are counted together. */
  readonly actions: Actions
  /** What answers under `/v2` where nothing is: behind `routes` and `others`, which is all else under `/v2`. */
  readonly elsewhere: (others: readonly Route[]) => readonly Route[]
  /** The same for methods that no route has: around the dispatch of all routes. */
  readonly inOwnWords: (others: readonly Route[], dispatch: Dispatch) => Dispatch
  /** Removes what is past its time. Resolves to how many recovery proofs and offers went. */
  expire(signal: AbortSignal): Promise<{ readonly proofs: number; readonly offers: number }>
}

/** Purges of two minutes. Far more than their limits let through, unless thousands of addresses send them. */
const purgeEntries = 400_000

/** Payloads and answers of all exchanges together. */
const maxExchangeBytes = 64 * 2 ** 20

export async function createVauchi(deps: VauchiDeps): Promise<Vauchi> {
  const { store, bus, clock, monotonic, randomness, policy } = deps
  const { recovery } = store
  const { minimum, warn, graceMillis, changedAtMillis } = policy.version
  const versions = createVersionGate(
    {
      minimum,
      warn,
      graceMillis,
      changedAtMillis:
        changedAtMillis ??
        (await store.milestones.since('oldest-app-version', minimum, clock.now())),
    },
    clock,
  )
  const exchange = new ExchangeBroker(
    { clock, monotonic, randomness },
    { maxOffers: policy.exchange.maxOffers, maxBytes: maxExchangeBytes },
  )
  const limits = createLimits(policy.rates, deps.limit)
  const actions = createActions({
    mailboxes: store.mailboxes,
    recovery,
    exchange,
    bus,
    clock,
    randomness,
    verify: deps.verify,
    replay: createReplayGuard({
      windowMillis: purgeReplayMillis,
      maxEntries: purgeEntries,
      hash: deps.hash,
    }),
    limits,
    versions,
    deposits: policy.deposits,
    maxMessageBytes: policy.maxMessageBytes,
    exchangeTtlSeconds: policy.exchange.ttlSeconds,
    events: deps.events,
  })
  const routesFor = (addressOf: ClientAddress | undefined): readonly Route[] => {
    const { events, requestTimeoutMillis, handOut } = deps
    const common = { versions, limits, events, addressOf, requestTimeoutMillis }
    return [
      getHealth(versions),
      ...actionRoutes({ ...common, actions, maxMessageBytes: policy.maxMessageBytes }),
      postSendMany({
        ...common,
        mailboxes: store.mailboxes,
        bus,
        clock,
        randomness,
        policy: policy.deposits,
        maxMessageBytes: policy.maxMessageBytes,
      }),
      postKeys({ ...common, handOut, identities: store.identities }),
    ]
  }
  const routes = routesFor(deps.addressOf)
  return {
    routes,
    sealedRoutes: routesFor(undefined),
    actions,
    elsewhere: (others) => elsewhere([...routes, ...others]),
    inOwnWords: (others, dispatch) => inOwnWords([...routes, ...others], dispatch),
    async expire(signal) {
      return {
        offers: exchange.expire(),
        proofs: await expireProofs(recovery, clock, signal),
      }
    },
  }
}
