/**
 * @module `message`: an envelope for a device of somebody (mobium reference §1.6). It is on disk before the sender hears
 * of it, and the answer says what became of it.
 */
import { hash } from 'node:crypto'
import { markUuidV4, uuidBytes, type EnvelopeId } from '@sotto/wire'
import type { Randomness } from '#relay/clock.ts'
import { deposit, type DepositDeps, type DepositPolicy } from '#relay/mailboxes/deposit.ts'
import type { Events } from '#watch/events.ts'
import { mailboxOf, onlyDevice, parseIdentity } from '#door/mobium/address.ts'
import {
  identityName,
  Refusal,
  type Client,
  type Handle,
  type Presence,
} from '#door/mobium/client.ts'

export interface MessageDeps extends DepositDeps {
  readonly presence: Presence
  readonly randomness: Randomness
  readonly policy: DepositPolicy
  readonly maxMessageBytes: number
  readonly events: Pick<Events, 'messageRefused' | 'messageStored'>
}

export function createMessage(deps: MessageDeps): Handle<'message'> {
  return async (client, message) => {
    const { recipient, payload, client_id: clientId } = message
    const device = message.device ?? onlyDevice
    if (payload.length > deps.maxMessageBytes) throw new Refusal('too-large')
    const identity = parseIdentity(recipient)
    if (identity === undefined) throw new Refusal('unknown-recipient')
    const outcome = await deposit(
      deps,
      {
        mailbox: mailboxOf(identity, device),
        id: clientId === undefined ? drawnId(deps.randomness) : ownId(client, clientId),
        idMayRepeat: clientId !== undefined,
        kind: client.device,
        sender: client.identity,
        body: payload,
      },
      deps.policy,
    )
    if (outcome.kind === 'stored') deps.events.messageStored(outcome.evicted)
    else deps.events.messageRefused(outcome.kind)
    if (outcome.kind === 'unknown-mailbox') throw new Refusal('unknown-recipient')
    const isOnline = [...deps.presence.clientsOf(identityName(identity))].some(
      (other) => other.device === device,
    )
    const stored = isOnline ? ('delivered' as const) : ('stored' as const)
    const status = outcome.kind === 'stored' ? stored : outcome.kind
    client.send({
      type: 'ack',
      recipient,
      // Original clients are told the one thing that they would not expect.
      ...(clientId === undefined && status !== 'mailbox-full' ? {} : { status }),
      ...(clientId === undefined ? {} : { client_id: clientId }),
    })
  }
}

function drawnId(randomness: Randomness): EnvelopeId {
  // Sixteen random bytes are an id of their own.
  return markUuidV4(randomness.bytes(uuidBytes)) as EnvelopeId
}

const label = 'sotto/envelope/mobium/1'

/** The sender's own id for it, in a space that belongs to this sender alone: nobody can occupy another's ids. */
function ownId({ identity, device }: Client, clientId: Uint8Array): EnvelopeId {
  const named = Buffer.concat([Buffer.from(label), identity, Uint8Array.of(device), clientId])
  // Sixteen bytes of a digest: an envelope's id.
  return Uint8Array.from(hash('sha256', named, 'buffer').subarray(0, uuidBytes)) as EnvelopeId
}
