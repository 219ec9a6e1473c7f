/**
 * @module Everything that this door does, by the names that sealed requests call it by: a parsed JSON body in, a status
 * and a JSON object out. Nothing here knows HTTP, so that `/v2/send` and the same request in a sealed envelope are one
 * thing.
 */
import type { VerifyEd25519 } from '@sotto/primitives'
import type { Bus } from '#bus/bus.ts'
import type { ReplayGuard } from '#guard/replay.ts'
import type { Clock, Randomness } from '#relay/clock.ts'
import type { ExchangeBroker } from '#relay/exchange/broker.ts'
import type { FleetingPolicy } from '#relay/mailboxes/deposit.ts'
import type { MailboxStore, RecoveryStore } from '#store/store.ts'
import type { Events } from '#watch/events.ts'
import { boundedVersion, type VersionGate } from '#door/vauchi/app-version.ts'
import { broken } from '#door/vauchi/broken.ts'
import type { Limits } from '#door/vauchi/limits.ts'
import { createAck } from '#door/vauchi/post-ack.ts'
import { createClaim } from '#door/vauchi/post-exchange-claim.ts'
import { createComplete } from '#door/vauchi/post-exchange-complete.ts'
import { createOffer } from '#door/vauchi/post-exchange-offer.ts'
import { createFetch } from '#door/vauchi/post-fetch.ts'
import { createPurge } from '#door/vauchi/post-purge.ts'
import { createRecoveryQuery } from '#door/vauchi/post-recovery-query.ts'
import { createRecoveryStore } from '#door/vauchi/post-recovery-store.ts'
import { register } from '#door/vauchi/post-register.ts'
import { createSend } from '#door/vauchi/post-send.ts'
import type { ActionReply } from '#door/vauchi/reply.ts'
import { appVersion } from '#door/vauchi/schemas.ts'

export type { ActionReply, JsonObject } from '#door/vauchi/reply.ts'

export const actionNames = [
  'send',
  'fetch',
  'ack',
  'register',
  'purge',
  'recovery_store',
  'recovery_query',
  'exchange_offer',
  'exchange_claim',
  'exchange_complete',
] as const

export type ActionName = (typeof actionNames)[number]

/**
 * `address` is whom a direct request is counted against; leave it out for a request that came sealed, whose sender
 * nobody knows. Then the optional member `app_version` takes the place of the version header. Never rejects: a broken
 * store is a reply as well.
 */
export type Action = (body: unknown, address?: string) => Promise<ActionReply>

export type Actions = Readonly<Record<ActionName, Action>>

export interface ActionsDeps {
  readonly mailboxes: MailboxStore
  readonly recovery: RecoveryStore
  readonly exchange: ExchangeBroker
  readonly bus: Bus
  readonly clock: Clock
  readonly randomness: Randomness
  readonly verify: VerifyEd25519
  readonly replay: ReplayGuard
  readonly limits: Limits
  readonly versions: VersionGate
  /** What is deposited here, and how large one message may be. */
  readonly deposits: FleetingPolicy
  readonly maxMessageBytes: number
  readonly exchangeTtlSeconds: number
  readonly events: Pick<
    Events,
    | 'messageStored'
    | 'messageRefused'
    | 'delivered'
    | 'acknowledged'
    | 'proofStored'
    | 'recordsDamaged'
    | 'rateLimited'
    | 'storeFailed'
    | 'requestFailed'
  >
}

export function createActions(deps: ActionsDeps): Actions {
  const { clock, events, exchange, limits, recovery, versions } = deps
  const cores: Actions = {
    send: createSend({ ...deps, policy: deps.deposits }),
    fetch: createFetch(deps),
    ack: createAck(deps),
    register,
    purge: createPurge(deps),
    recovery_store: createRecoveryStore({ recovery, limits, clock }),
    recovery_query: createRecoveryQuery({ recovery, limits, clock }),
    exchange_offer: createOffer({
      exchange,
      limits,
      defaultTtlSeconds: deps.exchangeTtlSeconds,
    }),
    exchange_claim: createClaim({ exchange, limits }),
    exchange_complete: createComplete({ exchange, limits }),
  }

  async function act(name: ActionName, body: unknown, address?: string): Promise<ActionReply> {
    const refusal = address === undefined ? refusalOfSealed(versions, body) : undefined
    if (refusal !== undefined) return refusal
    try {
      const reply = await cores[name](body, address)
      if (reply.status === 429 && reply.body['error'] === 'rate limit exceeded') {
        events.rateLimited('standard')
      }
      if (name === 'recovery_store' && reply.status === 200) events.proofStored()
      return reply
    } catch (error) {
      return broken(events, pathOf(name), error)
    }
  }

  function named(name: ActionName): Action {
    return (body, address) => act(name, body, address)
  }

  return {
    send: named('send'),
    fetch: named('fetch'),
    ack: named('ack'),
    register: named('register'),
    purge: named('purge'),
    recovery_store: named('recovery_store'),
    recovery_query: named('recovery_query'),
    exchange_offer: named('exchange_offer'),
    exchange_claim: named('exchange_claim'),
    exchange_complete: named('exchange_complete'),
  }
}

/** Where it is documented; also what it is called in the log. */
export function pathOf(name: ActionName): string {
  return `/v2/${name.replace('_', '/')}`
}

/** A sealed request that does not say its version is let in: what carried it had no room for the header. */
function refusalOfSealed(versions: VersionGate, body: unknown): ActionReply | undefined {
  const version = appVersion.safeParse(body).data?.app_version ?? undefined
  return version === undefined ? undefined : versions.check(boundedVersion(version)).refusal
}
