/**
 * @module `watch` and `unwatch`: a client names oblivious mailboxes, by their tokens or by the reading keys of their
 * addresses, and gets what arrives there as it arrives.
 */
import { Refusal, type Handle } from '#door/mobium/client.ts'
import type { LiveClient } from '#door/mobium/live-client.ts'
import type { Named } from '#door/mobium/watches.ts'

export const watch: Handle<'watch', LiveClient> = (client, message) => {
  demandAny(message)
  if (!client.watches.add(message)) throw new Refusal('too-many')
  client.send({ type: 'watching', count: client.watches.count })
}

export const unwatch: Handle<'unwatch', LiveClient> = (client, message) => {
  demandAny(message)
  client.watches.remove(message)
  client.send({ type: 'watching', count: client.watches.count })
}

function demandAny({ tokens, keys }: Named): void {
  if (tokens === undefined && keys === undefined) {
    throw new Refusal('malformed', undefined, 'Missing tokens or keys')
  }
}
