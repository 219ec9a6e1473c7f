/**
 * @module Our own prekeys among the records of a profile. A one-time key goes with its first use, in the work that uses
 * it; a key of last resort remembers what it was used with.
 */
import type {
  KyberPrekey,
  NeededPrekeys,
  OneTimePrekey,
  OwnPrekeys,
  SignedPrekey,
  UsedPrekeys,
} from '@sotto/signal'
import { sortable, table } from '#state/table.ts'
import type { Reader, Work } from '#state/work.ts'

interface StoredSigned {
  readonly privateKey: string
  readonly publicKey: string
  readonly signature: string
  readonly createdAtMillis: number
}

interface StoredKyber {
  readonly secretKey: string
  readonly publicKey: string
  readonly signature: string
  readonly createdAtMillis: number
  readonly isLastResort: boolean
}

interface StoredOneTime {
  readonly privateKey: string
  readonly publicKey: string
}

const signedPrekeys = table<StoredSigned>('signed-prekey')
const kyberPrekeys = table<StoredKyber>('kyber-prekey')
const oneTimePrekeys = table<StoredOneTime>('one-time-prekey')
/** What keys of last resort were used with, by the key's id and the other side's base key. */
const usedBaseKeys = table<true>('base-key')

const bytes = (hex: string): Uint8Array => Uint8Array.fromHex(hex)

export function putSigned(work: Work, prekey: SignedPrekey): void {
  signedPrekeys.put(work, sortable(prekey.id), {
    privateKey: prekey.keyPair.privateKey.toHex(),
    publicKey: prekey.keyPair.publicKey.toHex(),
    signature: prekey.signature.toHex(),
    createdAtMillis: prekey.createdAtMillis,
  })
}

export function putKyber(work: Work, prekey: KyberPrekey): void {
  kyberPrekeys.put(work, sortable(prekey.id), {
    secretKey: prekey.keyPair.secretKey.toHex(),
    publicKey: prekey.keyPair.publicKey.toHex(),
    signature: prekey.signature.toHex(),
    createdAtMillis: prekey.createdAtMillis,
    isLastResort: prekey.isLastResort,
  })
}

export function putOneTime(work: Work, { id, keyPair }: OneTimePrekey): void {
  oneTimePrekeys.put(work, sortable(id), {
    privateKey: keyPair.privateKey.toHex(),
    publicKey: keyPair.publicKey.toHex(),
  })
}

export async function allSigned(reader: Reader): Promise<readonly SignedPrekey[]> {
  return (await signedPrekeys.all(reader)).map(({ id, value }) => signedOf(idOf(id), value))
}

export async function allKyber(reader: Reader): Promise<readonly KyberPrekey[]> {
  return (await kyberPrekeys.all(reader)).map(({ id, value }) => kyberOf(idOf(id), value))
}

export async function allOneTime(reader: Reader): Promise<readonly OneTimePrekey[]> {
  return (await oneTimePrekeys.all(reader)).map(({ id, value }) => oneTimeOf(idOf(id), value))
}

export function deleteSigned(work: Work, id: number): void {
  signedPrekeys.delete(work, sortable(id))
}

export function deleteOneTime(work: Work, id: number): void {
  oneTimePrekeys.delete(work, sortable(id))
}

/** With what a key of last resort remembers. */
export async function deleteKyber(work: Work, id: number): Promise<void> {
  kyberPrekeys.delete(work, sortable(id))
  const from = `${sortable(id)}/`
  const used = await usedBaseKeys.list(work, { from, before: `${from}~`, limit: 100_000 })
  for (const row of used) usedBaseKeys.delete(work, row.id)
}

export async function loadOwnPrekeys(reader: Reader, needed: NeededPrekeys): Promise<OwnPrekeys> {
  const { signedPrekeyId, kyberPrekeyId, oneTimePrekeyId } = needed
  const signed = await signedPrekeys.get(reader, sortable(signedPrekeyId))
  const kyber = await kyberPrekeys.get(reader, sortable(kyberPrekeyId))
  const oneTime =
    oneTimePrekeyId === undefined
      ? undefined
      : await oneTimePrekeys.get(reader, sortable(oneTimePrekeyId))
  return {
    signed: signed && signedOf(signedPrekeyId, signed),
    kyber: kyber && kyberOf(kyberPrekeyId, kyber),
    oneTime:
      oneTime === undefined || oneTimePrekeyId === undefined
        ? undefined
        : oneTimeOf(oneTimePrekeyId, oneTime),
  }
}

/** False when the key of last resort has seen this base key before: a replay. */
export async function spendPrekeys(work: Work, used: UsedPrekeys): Promise<boolean> {
  const kyberId = sortable(used.kyberPrekeyId)
  const kyber = await kyberPrekeys.get(work, kyberId)
  if (kyber?.isLastResort === true) {
    const id = `${kyberId}/${sortable(used.signedPrekeyId)}/${used.baseKey.toHex()}`
    if ((await usedBaseKeys.get(work, id)) !== undefined) return false
    usedBaseKeys.put(work, id, true)
  } else {
    kyberPrekeys.delete(work, kyberId)
  }
  if (used.oneTimePrekeyId !== undefined) deleteOneTime(work, used.oneTimePrekeyId)
  return true
}

const idOf = (text: string): number => Number.parseInt(text, 16)

function signedOf(id: number, stored: StoredSigned): SignedPrekey {
  return {
    id,
    keyPair: { privateKey: bytes(stored.privateKey), publicKey: bytes(stored.publicKey) },
    signature: bytes(stored.signature),
    createdAtMillis: stored.createdAtMillis,
  }
}

function kyberOf(id: number, stored: StoredKyber): KyberPrekey {
  return {
    id,
    keyPair: { secretKey: bytes(stored.secretKey), publicKey: bytes(stored.publicKey) },
    signature: bytes(stored.signature),
    createdAtMillis: stored.createdAtMillis,
    isLastResort: stored.isLastResort,
  }
}

function oneTimeOf(id: number, stored: StoredOneTime): OneTimePrekey {
  return {
    id,
    keyPair: { privateKey: bytes(stored.privateKey), publicKey: bytes(stored.publicKey) },
  }
}
