/**
 * @module voice_signal: what two people say to each other to begin a call or to end it (mobium reference §1.9). It reaches
 * all sockets of the callee that are there now, or the caller hears that there are none; it is never kept.
 */
import type { IdentityKey } from '@sotto/wire'
import { identityName, Refusal, type Handle, type Presence } from '#door/mobium/client.ts'
import { sharedMessage } from '#door/mobium/shared-message.ts'

export interface VoiceSignalDeps {
  readonly presence: Presence
  readonly maxMessageBytes: number
}

const nothing = new Uint8Array()

export function createVoiceSignal(deps: VoiceSignalDeps): Handle<'voice_signal'> {
  const { presence, maxMessageBytes } = deps
  return (client, { recipient, signal_type, payload }) => {
    if (payload.length > maxMessageBytes) throw new Refusal('too-large')
    // Of bytes that no identity can have, nobody is online.
    const name = identityName(recipient as IdentityKey)
    if (presence.isOnline(name)) {
      const signal = sharedMessage({
        type: 'voice_signal',
        sender: client.identity,
        signal_type,
        payload,
      })
      for (const callee of presence.clientsOf(name)) callee.sendShared(signal)
    } else {
      client.send({
        type: 'voice_signal',
        sender: recipient,
        signal_type: 'peer_unavailable',
        payload: nothing,
      })
    }
    client.send({ type: 'ack' })
  }
}
