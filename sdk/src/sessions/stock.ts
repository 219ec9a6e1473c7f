/**
 * @module The prekeys that are published for this device, so that others can begin while it sleeps: made, replaced in
 * time, refilled when they run low, and thrown away when nobody can use them any more (`signal/src/prekeys/rotation.ts`
 * says when). Our own records are the truth: what the relay holds beyond them is replaced.
 */
import {
  firstPrekeyId,
  generateKyberPrekey,
  generateOneTimePrekeys,
  generateSignedPrekey,
  type KyberPrekey,
  nextPrekeyId,
  type OneTimePrekey,
  planRotation,
  refillCount,
  type SignedPrekey,
} from '@sotto/signal'
import { makeBundle, makeKemOneTime, makeOneTime } from '#cards/bundle.ts'
import { type Device, onlyDevice } from '#sessions/device.ts'
import {
  allKyber,
  allOneTime,
  allSigned,
  deleteKyber,
  deleteOneTime,
  deleteSigned,
  putKyber,
  putOneTime,
  putSigned,
} from '#sessions/prekey-records.ts'
import type { State } from '#state/state.ts'
import { cell } from '#state/table.ts'
import type { Work } from '#state/work.ts'

/** As the live door's `publish_keys` takes them. */
export interface KeysToPublish {
  readonly bundle: Uint8Array
  readonly oneTime: readonly Uint8Array[]
  readonly kemOneTime: readonly Uint8Array[]
  readonly replace: boolean
}

/** How many one-time keys are left, on the curve and of the KEM. */
export interface KeyCounts {
  readonly oneTime: number
  readonly kemOneTime: number
}

/** Of each kind in one message: the relay takes no more. */
const maxPublished = 100
/** Of each kind, published or not. */
const maxKept = 1000
/** A signed key that is so old is replaced. */
const dueMillis = 2 * 24 * 60 * 60 * 1000

const next = cell<{ readonly prekey: number; readonly kyber: number }>('self', 'next-prekey')
const wasPublished = cell<boolean>('self', 'prekeys-published')

/**
 * What should be published now, made and kept, when the relay has so many left; undefined when nothing needs to be.
 * `force` publishes the bundle in any case, because something else in it is another.
 */
export function stockUp(
  state: State,
  device: Device,
  left: KeyCounts,
  options: { readonly requests: Uint8Array | undefined; readonly force: boolean },
): Promise<KeysToPublish | undefined> {
  return state.change(async (work) => {
    const now = device.clock.now()
    const isFirst = (await wasPublished.get(work)) !== true
    const signed = await rotateSigned(work, device, now)
    const lastResort = await rotateLastResort(work, device, now)
    const ours = await allOneTime(work)
    const kyber = (await allKyber(work)).filter(({ isLastResort }) => !isLastResort)
    // More than we have: a relay, or a profile, that was set back. Nobody can use what we do not know.
    const isTooMany = left.oneTime > ours.length || left.kemOneTime > kyber.length
    const replace = isFirst || isTooMany
    const missing = refillCount(replace ? 0 : left.oneTime)
    const missingKem = refillCount(replace ? 0 : left.kemOneTime)
    const isRotated = signed.isNew || lastResort.isNew
    if (!replace && !isRotated && !options.force && missing + missingKem === 0) return undefined
    await prune(work, ours, kyber)
    const oneTime = await makeOneTimes(work, device, Math.min(missing, maxPublished))
    const kemOneTime = await makeKemOneTimes(work, device, Math.min(missingKem, maxPublished), now)
    return {
      bundle: makeBundle(device.primitives, device.identity, {
        device: onlyDevice,
        registrationId: device.local.registrationId,
        signedPrekey: signed.prekey,
        lastResort: lastResort.prekey,
        requests: options.requests,
        caps: [],
        issuedAtMillis: now,
      }),
      oneTime: oneTime.map(makeOneTime),
      kemOneTime: kemOneTime.map(makeKemOneTime),
      replace,
    }
  })
}

/** Keys that were handed out and never used, or made and never published, do not gather for ever. */
async function prune(
  work: Work,
  oneTime: readonly OneTimePrekey[],
  kyber: readonly KyberPrekey[],
): Promise<void> {
  for (const { id } of oneTime.slice(0, Math.max(0, oneTime.length - maxKept))) {
    deleteOneTime(work, id)
  }
  const oldest = kyber.toSorted((a, b) => a.createdAtMillis - b.createdAtMillis)
  for (const { id } of oldest.slice(0, Math.max(0, kyber.length - maxKept))) {
    await deleteKyber(work, id)
  }
}

/**
 * All that was published is to be replaced: of a profile that came back, others may have seen what was used. What is on
 * its way is still read, for its time.
 */
export async function replaceStock(work: Work): Promise<void> {
  for (const prekey of await allSigned(work)) {
    putSigned(work, { ...prekey, createdAtMillis: prekey.createdAtMillis - dueMillis })
  }
  for (const prekey of await allKyber(work)) {
    putKyber(work, { ...prekey, createdAtMillis: prekey.createdAtMillis - dueMillis })
  }
  wasPublished.delete(work)
}

/** The relay has them. */
export function published(state: State): Promise<void> {
  return state.change(async (work) => wasPublished.put(work, true))
}

/** A key that was replaced is kept for what is on its way, and then thrown away. */
async function rotateSigned(
  work: Work,
  { primitives, identity, random }: Device,
  nowMillis: number,
): Promise<{ readonly prekey: SignedPrekey; readonly isNew: boolean }> {
  const all = await allSigned(work)
  const plan = planRotation(all, nowMillis)
  for (const id of plan.expiredIds) deleteSigned(work, id)
  const newest = all.toSorted((a, b) => b.createdAtMillis - a.createdAtMillis)[0]
  if (!plan.isDue && newest !== undefined) return { prekey: newest, isNew: false }
  const [id] = await takeIds(work, random, 'prekey', 1)
  const prekey = generateSignedPrekey(primitives, identity.keyPair, id ?? 1, nowMillis, random)
  putSigned(work, prekey)
  return { prekey, isNew: true }
}

async function rotateLastResort(
  work: Work,
  { primitives, identity, random }: Device,
  nowMillis: number,
): Promise<{ readonly prekey: KyberPrekey; readonly isNew: boolean }> {
  const all = (await allKyber(work)).filter(({ isLastResort }) => isLastResort)
  const plan = planRotation(all, nowMillis)
  for (const id of plan.expiredIds) await deleteKyber(work, id)
  const newest = all.toSorted((a, b) => b.createdAtMillis - a.createdAtMillis)[0]
  if (!plan.isDue && newest !== undefined) return { prekey: newest, isNew: false }
  const [id = 1] = await takeIds(work, random, 'kyber', 1)
  const options = { id, nowMillis, isLastResort: true }
  const prekey = generateKyberPrekey(primitives, identity.keyPair, options, random)
  putKyber(work, prekey)
  return { prekey, isNew: true }
}

async function makeOneTimes(
  work: Work,
  { primitives, random }: Device,
  count: number,
): Promise<readonly OneTimePrekey[]> {
  if (count === 0) return []
  const [first = 1] = await takeIds(work, random, 'prekey', count)
  const prekeys = generateOneTimePrekeys(primitives, first, count, random)
  for (const prekey of prekeys) putOneTime(work, prekey)
  return prekeys
}

async function makeKemOneTimes(
  work: Work,
  { primitives, identity, random }: Device,
  count: number,
  nowMillis: number,
): Promise<readonly KyberPrekey[]> {
  const prekeys: KyberPrekey[] = []
  for (const id of await takeIds(work, random, 'kyber', count)) {
    const options = { id, nowMillis, isLastResort: false }
    const prekey = generateKyberPrekey(primitives, identity.keyPair, options, random)
    putKyber(work, prekey)
    prekeys.push(prekey)
  }
  return prekeys
}

/** Ids that follow each other, and were not given before. */
async function takeIds(
  work: Work,
  random: Device['random'],
  kind: 'prekey' | 'kyber',
  count: number,
): Promise<readonly number[]> {
  const known = (await next.get(work)) ?? {
    prekey: firstPrekeyId(random),
    kyber: firstPrekeyId(random),
  }
  const ids: number[] = []
  let id = known[kind]
  for (let i = 0; i < count; i++) {
    ids.push(id)
    id = nextPrekeyId(id)
  }
  next.put(work, { ...known, [kind]: id })
  return ids
}
