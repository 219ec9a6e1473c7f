/**
 * @module Keys: what clients publish so that others can write to them first, and what those others ask for.
 */
import type { MailboxId } from '@sotto/wire'
import type { BundleStore, IdentityStore } from '#store/store.ts'
import type { Events } from '#watch/events.ts'
import type { ClientWatcher, Handlers, Presence } from '#door/mobium/client.ts'
import { createGetDevices } from '#door/mobium/keys/get-devices.ts'
import { createGetKeyBundle } from '#door/mobium/keys/get-key-bundle.ts'
import { createGetKeyCounts } from '#door/mobium/keys/get-key-counts.ts'
import { createGetPrekeyBundle } from '#door/mobium/keys/get-prekey-bundle.ts'
import { createGetPrekeyCount } from '#door/mobium/keys/get-prekey-count.ts'
import { createHandOut, type HandOut } from '#door/mobium/keys/hand-out.ts'
import { LowNotices } from '#door/mobium/keys/low-notices.ts'
import { createPublishDevices } from '#door/mobium/keys/publish-devices.ts'
import { createPublishKeys } from '#door/mobium/keys/publish-keys.ts'
import { createPublishPrekeys } from '#door/mobium/keys/publish-prekeys.ts'

export interface KeysDeps {
  readonly bundles: BundleStore
  readonly identities: IdentityStore
  readonly presence: Presence
  /** False when this target's budget of keys is used up for now. */
  readonly meter: (mailbox: MailboxId) => boolean
  /** The owner is told when a pool has fewer keys left. */
  readonly lowThreshold: number
  /** Per pool; the oldest go first. */
  readonly maxPoolKeys: number
  readonly events: Pick<Events, 'prekeysLow' | 'prekeysServed' | 'storeFailed'>
}

export interface Keys extends Disposable {
  readonly handlers: Handlers
  /** The same for whoever asks at another door. */
  readonly handOut: HandOut
  /** Forgets notices to who is gone. */
  readonly watcher: ClientWatcher
}

export function createKeys(deps: KeysDeps): Keys {
  const { bundles, identities } = deps
  const lowNotices = new LowNotices(deps)
  const handOut = createHandOut({ ...deps, lowNotices })
  return {
    handOut,
    handlers: {
      publish_prekeys: createPublishPrekeys(deps),
      get_prekey_bundle: createGetPrekeyBundle({ ...deps, lowNotices }),
      get_prekey_count: createGetPrekeyCount(bundles),
      publish_keys: createPublishKeys(deps),
      get_key_bundle: createGetKeyBundle(handOut),
      get_key_counts: createGetKeyCounts(bundles),
      publish_devices: createPublishDevices(identities),
      get_devices: createGetDevices(identities),
    },
    watcher: { left: (client) => lowNotices.left(client) },
    [Symbol.dispose]: () => lowNotices[Symbol.dispose](),
  }
}
