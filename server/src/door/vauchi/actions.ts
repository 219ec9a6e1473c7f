/**
 * @module Everything that this door does, by the names that sealed requests call it by: a parsed JSON body in, a status
 * and a JSON object out. Nothing here knows HTTP, so that `/v2/send` and the same request in a sealed envelope are one
 * thing.
 */
import type { ActionReply } from '#door/vauchi/reply.ts'

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
