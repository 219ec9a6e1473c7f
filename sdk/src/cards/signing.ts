/**
 * @module Records that an identity signs, so that no relay can change them: cards, bundles, lists of devices.
 *
 * What is signed is `sotto/`, the name of the record, `/1`, and the body: a signature of one record is none of another.
 * Who signs is named in the body, and readers hold the signature against nobody else.
 */
import type { Primitives } from '@sotto/primitives'
import type { Identity } from '@sotto/signal'
import {
  type Bundle,
  type Card,
  cardsVersion,
  type Devices,
  readBundle,
  readCard,
  readDevices,
  readSigned,
  writeBundle,
  writeCard,
  writeDevices,
  writeSigned,
} from '@sotto/wire/cards'

/** Each record that is signed, by its name. */
export interface SignedRecords {
  readonly card: Card
  readonly bundle: Bundle
  readonly devices: Devices
}

export type SignedName = keyof SignedRecords

/** Who signs. */
export type Signer = Pick<Identity, 'ed25519Seed' | 'ed25519PublicKey'>

/** What every signed record begins with. */
interface Heading {
  readonly version: number
  readonly identity: Uint8Array
}

/** All of a record but who signs it. */
export type RecordToSign<Name extends SignedName> = Omit<SignedRecords[Name], keyof Heading>

/** The wrapper with body and signature, as bytes. Version and identity of the record are put in here. */
export function signBody<Name extends SignedName>(
  primitives: Primitives,
  { ed25519Seed, ed25519PublicKey }: Signer,
  name: Name,
  record: RecordToSign<Name>,
): Uint8Array {
  const body = writers[name]({ version: cardsVersion, identity: ed25519PublicKey }, record)
  const signature = primitives.signEd25519(ed25519Seed, signedBytes(name, body))
  return writeSigned({ body, signature })
}

/** The record, when it is one of this name and the identity in it has signed it. The bytes are copied. */
export function verifySigned<Name extends SignedName>(
  primitives: Primitives,
  name: Name,
  signed: Uint8Array,
): SignedRecords[Name] | undefined {
  const wrapper = readSigned(new Uint8Array(signed))
  if (wrapper === undefined) return undefined
  const { body, signature } = wrapper
  const record = readers[name](body)
  if (record === undefined) return undefined
  const isSigned = primitives.verifyEd25519(record.identity, signedBytes(name, body), signature)
  return isSigned ? record : undefined
}

type Readers = {
  readonly [Name in SignedName]: (body: Uint8Array) => SignedRecords[Name] | undefined
}

const readers: Readers = { card: readCard, bundle: readBundle, devices: readDevices }

type Writers = {
  readonly [Name in SignedName]: (heading: Heading, record: RecordToSign<Name>) => Uint8Array
}

const writers: Writers = {
  card: (heading, record) => writeCard({ ...record, ...heading }),
  bundle: (heading, record) => writeBundle({ ...record, ...heading }),
  devices: (heading, record) => writeDevices({ ...record, ...heading }),
}

function signedBytes(name: SignedName, body: Uint8Array): Uint8Array {
  const label = new TextEncoder().encode(`sotto/${name}/1`)
  const bytes = new Uint8Array(label.length + body.length)
  bytes.set(label)
  bytes.set(body, label.length)
  return bytes
}
