/**
 * @module `watch` and `unwatch`: a client names oblivious mailboxes by their tokens, which only their owner knows, and
 * gets what arrives there as it arrives.
 */
import { Refusal, type Handle } from '#door/mobium/client.ts'
import type { LiveClient } from '#door/mobium/live-client.ts'

export const watch: Handle<'watch', LiveClient> = (client, { tokens }) => {
  if (!client.watches.add(tokens)) throw new Refusal('too-many')
  client.send({ type: 'watching', count: client.watches.count })
}

export const unwatch: Handle<'unwatch', LiveClient> = (client, { tokens }) => {
  client.watches.remove(tokens)
  client.send({ type: 'watching', count: client.watches.count })
}
