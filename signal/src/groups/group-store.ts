/**
 * @module What groups need of a place to keep sender keys. A store that fails throws what it likes: it is passed on as
 * it is, and nothing has happened. Records are secrets; the store keeps them as safe as it keeps anything.
 *
 * A record that a store answers stays its own: it is copied, and neither changed nor kept. One that it is given is its
 * own from then on, whatever it answers: nobody changes it or needs it any more. All other memory in which a step has
 * had a record's secrets is erased when the step is over.
 */
import type { ProtocolAddress } from '#messages/service-address.ts'

export interface GroupStore {
  /** As it was stored last under this sender and this id, which is in lower case with hyphens. */
  loadSenderKey(sender: ProtocolAddress, distributionId: string): Promise<Uint8Array | undefined>
  /** Durably, before it answers. */
  storeSenderKey(sender: ProtocolAddress, distributionId: string, record: Uint8Array): Promise<void>
}
