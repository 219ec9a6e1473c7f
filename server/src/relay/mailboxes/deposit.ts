/**
 * @module The middle of a message's journey: what a door has parsed and the guards have admitted is stored, and then
 * whoever watches the mailbox is woken. Nothing is answered before the store has it on disk.
 */
import type { EnvelopeId, MailboxId } from '@sotto/wire'
import type { Bus } from '#bus/bus.ts'
import type { Clock } from '#relay/clock.ts'
import type {
  DepositLimits,
  DepositOutcome,
  Envelope,
  FleetingLimits,
  FleetingOutcome,
  MailboxStore,
  NewEnvelope,
} from '#store/store.ts'

export interface Deposit {
  readonly mailbox: MailboxId
  readonly id: EnvelopeId
  readonly idMayRepeat: boolean
  readonly kind: number
  readonly sender: Uint8Array | undefined
  readonly body: Uint8Array
}

export interface DepositPolicy extends DepositLimits {
  readonly ttlMillis: number
}

export interface FleetingPolicy extends FleetingLimits {
  readonly ttlMillis: number
}

export interface DepositDeps {
  readonly mailboxes: MailboxStore
  readonly bus: Bus
  readonly clock: Clock
}

export function deposit(
  { mailboxes, bus, clock }: DepositDeps,
  given: Deposit,
  policy: DepositPolicy,
): Promise<DepositOutcome> {
  const accepted = accept(given, clock, policy.ttlMillis)
  return mailboxes.deposit(accepted, policy).then((outcome) => ring(bus, accepted, outcome))
}

/** The same for a mailbox that nobody has to have opened. */
export function depositFleeting(
  { mailboxes, bus, clock }: DepositDeps,
  given: Deposit,
  policy: FleetingPolicy,
): Promise<FleetingOutcome> {
  const accepted = accept(given, clock, policy.ttlMillis)
  return mailboxes.depositFleeting(accepted, policy).then((outcome) => ring(bus, accepted, outcome))
}

function accept(
  { mailbox, id, idMayRepeat, kind, sender, body }: Deposit,
  clock: Clock,
  ttlMillis: number,
): NewEnvelope {
  const acceptedAtMillis = clock.now()
  const expiresAtMillis = acceptedAtMillis + ttlMillis
  return { mailbox, id, idMayRepeat, kind, sender, body, acceptedAtMillis, expiresAtMillis }
}

function ring<Outcome extends DepositOutcome | FleetingOutcome>(
  bus: Bus,
  { mailbox, id, kind, sender, body, acceptedAtMillis, expiresAtMillis }: NewEnvelope,
  outcome: Outcome,
): Outcome {
  if (outcome.kind === 'stored') {
    const { sequence, previous } = outcome
    const envelope: Envelope = {
      mailbox,
      id,
      kind,
      sender,
      body,
      acceptedAtMillis,
      expiresAtMillis,
      sequence,
    }
    bus.ring({ mailbox, live: { envelope, previous } })
  }
  return outcome
}
