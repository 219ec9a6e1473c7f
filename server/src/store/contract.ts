/**
 * @module The suite that every backend passes, a file for each port. It is the store's documentation: what a backend
 * may not do stands there as a test that fails when it does it.
 */
import { accountsContract } from '#store/accounts.contract.ts'
import { blobsContract } from '#store/blobs.contract.ts'
import { bundlesContract } from '#store/bundles.contract.ts'
import { channelMessagesContract } from '#store/channel-messages.contract.ts'
import { channelRecordsContract } from '#store/channel-records.contract.ts'
import { channelsContract } from '#store/channels.contract.ts'
import { fleetingContract } from '#store/fleeting.contract.ts'
import { identitiesContract } from '#store/identities.contract.ts'
import { mailboxesContract } from '#store/mailboxes.contract.ts'
import { milestonesContract } from '#store/milestones.contract.ts'
import { prekeysContract } from '#store/prekeys.contract.ts'
import { recoveryContract } from '#store/recovery.contract.ts'
import { restartContract } from '#store/restart.contract.ts'
import type { Backend } from '#store/samples-for-tests.ts'

export function storeContract(name: string, backend: Backend): void {
  mailboxesContract(name, backend)
  fleetingContract(name, backend)
  accountsContract(name, backend)
  prekeysContract(name, backend)
  blobsContract(name, backend)
  identitiesContract(name, backend)
  bundlesContract(name, backend)
  channelsContract(name, backend)
  channelMessagesContract(name, backend)
  channelRecordsContract(name, backend)
  recoveryContract(name, backend)
  milestonesContract(name, backend)
  restartContract(name, backend)
}
