/**
 * @module Channels that are closed, invitations to them, and words of refusal.
 */
import type { Message, MobiumClient } from '#door/mobium/contract/mobium-client-for-tests.ts'
import { draw } from '#door/mobium/contract/person-for-tests.ts'

/** An error with a text of its own, and the usual code. */
export const refusal = (message: string): Message => ({ type: 'error', code: 400, message })

export const join = (channel_id: string, invite_token?: unknown) => ({
  type: 'join_channel',
  channel_id,
  ...(invite_token === undefined ? {} : { invite_token }),
})

/** A private channel of somebody. */
export async function closed(owner: MobiumClient): Promise<string> {
  const channel_id = draw()
  const create = { type: 'create_channel', channel_id, encrypted_metadata: '' }
  await owner.ask({ ...create, access_mode: 'private' })
  return channel_id
}

export async function invite(
  member: MobiumClient,
  channel_id: string,
  terms: Readonly<Record<string, unknown>> = {},
): Promise<Message> {
  member.send({ type: 'create_invite', channel_id, ...terms })
  return (await member.upTo('invite_created')).at(-1) ?? { type: '' }
}
