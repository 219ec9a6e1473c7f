/**
 * @module What groups need of a place to keep sender keys. A store that fails throws what it likes: it is passed on as
 * it is, and nothing has happened. Records are secrets; the store keeps them as safe as it keeps anything.
 */
import type { ProtocolAddress } from '#messages/service-address.ts'

export interface GroupStore {
  /** As it was stored last under this sender and this id, which is in lower case with hyphens. */
  loadSenderKey(sender: ProtocolAddress, distributionId: string): Promise<Uint8Array | undefined>
  /** Durably, before it answers. */
  storeSenderKey(sender: ProtocolAddress, distributionId: string, record: Uint8Array): Promise<void>
}
