/**
 * @module One person's profile while it is open: who they are, and their records behind the passphrase.
 */
import { wipe } from '@sotto/primitives'
import type { Identity } from '@sotto/signal'
import type { Vault } from '#vault/vault.ts'

export interface ProfileParts {
  readonly name: string
  /** Its private keys become the profile's to wipe. */
  readonly identity: Identity
  readonly registrationId: number
  readonly createdAtMillis: number
  readonly records: Vault
}

/** An open profile. It is locked by whoever has opened it, after its messenger was closed. */
export class Profile implements AsyncDisposable {
  readonly name: string
  /** Holds nothing but zeros once the profile is locked. */
  readonly identity: Identity
  /** What the Signal Protocol tells a reinstalled device by: random, and none of the identity's business. */
  readonly registrationId: number
  readonly createdAtMillis: number
  /** What belongs to the profile is stored here, and nowhere else. */
  readonly records: Vault

  constructor({ name, identity, registrationId, createdAtMillis, records }: ProfileParts) {
    this.name = name
    this.identity = identity
    this.registrationId = registrationId
    this.createdAtMillis = createdAtMillis
    this.records = records
  }

  /** Refuses with 'wrong-passphrase' and 'weak-passphrase'; then the old one holds. */
  async changePassphrase(old: string, next: string): Promise<void> {
    await this.records.changePassphrase(old, next)
  }

  /** Wipes what is secret. Whatever is asked of the records afterwards is 'closed'. */
  lock(): void {
    wipe(this.identity.ed25519Seed, this.identity.keyPair.privateKey)
    this.records.lock()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.lock()
    await this.records[Symbol.asyncDispose]()
  }
}
