/**
 * @module What somebody needs to write to one of our devices for the first time, whichever door they ask at: its bundle, and a
 * key of each pool while there are any and the device's allowance is not used up. All doors ask here, so that the allowance is
 * one, and the owner hears of everybody.
 */
import type { IdentityKey } from '@sotto/wire'
import type { Events } from '#watch/events.ts'
import { fetchBundle, type FetchBundleDeps } from '#relay/bundles/fetch.ts'
import { mailboxOf } from '#door/mobium/address.ts'
import type { LowNotices } from '#door/mobium/keys/low-notices.ts'

export interface HandOutDeps extends FetchBundleDeps {
  readonly lowNotices: Pick<LowNotices, 'tell'>
  readonly events: Pick<Events, 'prekeysServed'>
}

export interface HandedOut {
  /** As its owner published it. */
  readonly bundle: Uint8Array
  readonly oneTime: Uint8Array | undefined
  readonly kemOneTime: Uint8Array | undefined
  /** Keys were withheld, because too many were asked for. */
  readonly isMetered: boolean
}

/** Undefined for a device that published nothing, and for nobody's. */
export type HandOut = (identity: IdentityKey, device: number) => Promise<HandedOut | undefined>

export function createHandOut(deps: HandOutDeps): HandOut {
  return async (identity, device) => {
    const fetched = await fetchBundle(deps, mailboxOf(identity, device), 'pqxdh')
    if (fetched === undefined) return undefined
    const { bundle, isMetered, alarm } = fetched
    const [oneTime, kemOneTime] = bundle.keys
    if (alarm !== undefined) deps.lowNotices.tell(identity, device, alarm)
    const isWhole = oneTime !== undefined && kemOneTime !== undefined
    deps.events.prekeysServed(isMetered ? 'metered' : isWhole ? 'with-one-time' : 'without')
    return { bundle: bundle.shared, oneTime, kemOneTime, isMetered }
  }
}
