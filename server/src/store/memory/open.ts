/**
 * @module Opens a store that lives and dies with the process.
 */
import type { Store } from '#store/store.ts'
import { MemoryAccounts } from '#store/memory/accounts.ts'
import { MemoryBlobs } from '#store/memory/blobs.ts'
import { MemoryBundles } from '#store/memory/bundles.ts'
import { MemoryChannels } from '#store/memory/channels.ts'
import { MemoryIdentities } from '#store/memory/identities.ts'
import { MemoryMailboxes } from '#store/memory/mailboxes.ts'
import { MemoryMilestones } from '#store/memory/milestones.ts'
import { MemoryPrekeys } from '#store/memory/prekeys.ts'
import { MemoryRecovery } from '#store/memory/recovery.ts'

export function openMemoryStore(): Store {
  const mailboxes = new MemoryMailboxes()
  const prekeys = new MemoryPrekeys(mailboxes)
  const identities = new MemoryIdentities(mailboxes)
  return {
    mailboxes,
    prekeys,
    accounts: new MemoryAccounts(mailboxes, prekeys),
    blobs: new MemoryBlobs(),
    identities,
    bundles: new MemoryBundles(mailboxes),
    channels: new MemoryChannels(identities),
    recovery: new MemoryRecovery(),
    milestones: new MemoryMilestones(),
    async check(signal) {
      signal.throwIfAborted()
    },
    async [Symbol.asyncDispose]() {},
  }
}
