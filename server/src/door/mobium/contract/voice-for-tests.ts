/**
 * @module Calls in a channel: people who are in its voice, and frames of sound and picture.
 */
import { arrive, gather } from '#door/mobium/contract/live-relay-for-tests.ts'
import type {
  LoginChoices,
  Message,
  MobiumClient,
} from '#door/mobium/contract/mobium-client-for-tests.ts'
import { draw } from '#door/mobium/contract/person-for-tests.ts'

/** A channel with so many in its voice, in the order in which they entered. */
export async function call(
  where: { readonly port: number },
  count: number,
  choices: readonly LoginChoices[] = [],
) {
  const clients: MobiumClient[] = []
  for (let i = 0; i < count; i++) clients.push(await arrive(where, choices[i]))
  const channel_id = await gather(...clients)
  for (const client of clients) {
    client.send({ type: 'join_voice', channel_id })
    await client.upTo('voice_state')
  }
  for (const client of clients) await client.sofar()
  return { channel_id, clients }
}

/** For a call of two or three. */
export function three(clients: readonly MobiumClient[]) {
  const [first, second, third] = clients
  if (first === undefined || second === undefined || third === undefined) throw new Error('Too few')
  return { first, second, third }
}

export const end = (clients: readonly MobiumClient[]): void => {
  for (const client of clients) client[Symbol.dispose]()
}

export const sound = (channel_id: string, seq: number, audio = draw(60)): Message => ({
  type: 'voice_data',
  channel_id,
  audio,
  seq,
})

export const picture = (channel_id: string, seq: number, chunk = draw(60)): Message => ({
  type: 'screen_data',
  channel_id,
  chunk,
  seq,
})

/** What this client sent, as the others get it. */
export const from = ({ name }: MobiumClient, message: Message): Message => ({
  ...message,
  sender: name,
})
