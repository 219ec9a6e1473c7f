/**
 * @module A device refills its keys, or another device takes the account over: which of the two is told by the
 * identity key that comes with the upload. Nothing is changed unless everything is right.
 */
import type { VerifyEd25519 } from '@sotto/primitives'
import type { AccountId, MailboxId } from '@sotto/wire'
import type { Bus } from '#bus/bus.ts'
import { isSignedBy } from '#relay/prekeys/keys.ts'
import type { OneTimePrekey, PrekeyStore, PrekeyUpload } from '#store/store.ts'

export interface UploadDeps {
  readonly prekeys: PrekeyStore
  readonly bus: Bus
  readonly verify: VerifyEd25519
  readonly maxOneTime: number
}

export interface Upload extends PrekeyUpload {
  readonly account: AccountId
  readonly mailbox: MailboxId
  /** Undefined for "as before". */
  readonly identityKey: Uint8Array | undefined
  readonly registrationId: number | undefined
}

export type UploadOutcome =
  | { readonly kind: 'refilled' }
  | { readonly kind: 'taken-over' }
  | { readonly kind: 'duplicate-key-id'; readonly keyId: number }
  | { readonly kind: 'no-identity' }
  | { readonly kind: 'bad-signature' }
  | { readonly kind: 'stale-signed-prekey'; readonly given: number; readonly current: number }
  | { readonly kind: 'too-many'; readonly limit: number }
  | { readonly kind: 'no-registration-id' }
  | { readonly kind: 'contended' }

/** Two devices that take each other over at the same time may make an upload begin anew. */
const maxAttempts = 5

export async function uploadPrekeys(deps: UploadDeps, upload: Upload): Promise<UploadOutcome> {
  const { mailbox, signed, oneTime } = upload
  const repeated = repeatedKeyId(oneTime)
  if (repeated !== undefined) return { kind: 'duplicate-key-id', keyId: repeated }

  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const stored = await deps.prekeys.identity(mailbox)
    const identityKey = upload.identityKey ?? stored?.publicKey
    if (stored === undefined || identityKey === undefined) return { kind: 'no-identity' }
    const isTakeover = Buffer.compare(identityKey, stored.publicKey) !== 0
    if (!isSignedBy(identityKey, signed, deps.verify)) return { kind: 'bad-signature' }
    if (oneTime.length > deps.maxOneTime) return { kind: 'too-many', limit: deps.maxOneTime }
    const { registrationId } = upload
    if (isTakeover && registrationId === undefined) return { kind: 'no-registration-id' }

    const outcome = await deps.prekeys.upload({
      mailbox,
      signed,
      oneTime,
      identityKey,
      takeover: isTakeover && registrationId !== undefined ? { registrationId } : undefined,
      maxOneTime: deps.maxOneTime,
    })
    switch (outcome.kind) {
      case 'refilled':
        return { kind: 'refilled' }
      case 'taken-over':
        deps.bus.notify(upload.account, { kind: 'taken-over' })
        return { kind: 'taken-over' }
      case 'stale-signed-prekey':
        return {
          kind: 'stale-signed-prekey',
          given: signed.keyId,
          current: outcome.current,
        }
      case 'unknown-mailbox':
        return { kind: 'no-identity' }
      case 'identity-changed':
        break
    }
  }
  return { kind: 'contended' }
}

/** The first id that stands twice, if any. */
export function repeatedKeyId(keys: readonly OneTimePrekey[]): number | undefined {
  const seen = new Set<number>()
  for (const { keyId } of keys) {
    if (seen.has(keyId)) return keyId
    seen.add(keyId)
  }
  return undefined
}
