/**
 * @module `ack`: the client has these envelopes, of its own mailbox or of one that it watches, and they may go.
 */
import type { EnvelopeId } from '@sotto/wire'
import { Refusal, type Handle } from '#door/mobium/client.ts'
import type { LiveClient } from '#door/mobium/live-client.ts'

export const acknowledge: Handle<'ack', LiveClient> = (client, { ids, token }) => {
  // Whether there is such an envelope is what the store looks up.
  const named = ids as readonly EnvelopeId[]
  if (token === undefined) client.delivery.acknowledge(named)
  else if (!client.watches.acknowledge(token, named)) throw new Refusal('not-allowed')
}
