/**
 * @module A record of a channel on its way: written, signed, encrypted for members; and back, checked as far as that can be
 * done without the chain. Whether it continues the chain, and whether its author may, says `chain.ts`.
 */
import type { Primitives } from '@sotto/primitives'
import {
  type ChannelRecord,
  type ChannelRecordHeading,
  channelsVersion,
  type Grant,
  readChannelRecord,
  writeChannelRecord,
} from '@sotto/wire/channels'
import type { Signer } from '#cards/signing.ts'
import { verifyGrant } from '#channels/grant.ts'
import { openForMembers, sealForMembers } from '#channels/seal.ts'
import { signAs, verifyAs } from '#channels/signing.ts'
import type { Randomness } from '#ports/clock.ts'

/** A record that whom it names has signed. */
export interface SignedRecord {
  /** In hex. */
  readonly channel: string
  /** What the next one names it by, in hex. */
  readonly hash: string
  readonly said: ChannelRecord | UnknownRecord
  /** Of a `join`: the grant in it, when somebody has signed that. */
  readonly grant?: Grant | undefined
}

/** Of a kind that a newer version has. */
export interface UnknownRecord extends ChannelRecordHeading {
  readonly type: undefined
}

type FirstRecord = Extract<ChannelRecord, { readonly type: 'create' }>
type LaterRecord = Exclude<ChannelRecord, FirstRecord>
type OwnPart<Record> = Record extends ChannelRecord
  ? Omit<Record, 'version' | 'identity' | 'channel' | 'number' | 'previous' | 'at'>
  : never

/** What the first record says of its own. */
export type First = OwnPart<FirstRecord>
/** What a later record says of its own. */
export type Later = OwnPart<LaterRecord>

/** Where a record stands. */
export interface RecordPlace {
  /** All in hex. */
  readonly channel: string
  readonly number: number
  readonly previous: string
}

export interface MadeRecord {
  /** In hex. */
  readonly hash: string
  /** Signed, and not encrypted yet. */
  readonly signed: Uint8Array
}

/** The first record makes the id of the channel. */
export function makeFirst(
  primitives: Primitives,
  identity: Signer,
  first: First,
  atMillis: number,
): MadeRecord & { readonly channel: string } {
  const heading = { version: channelsVersion, identity: identity.ed25519PublicKey, at: atMillis }
  const body = writeChannelRecord({ ...first, ...heading })
  const channel = primitives.sha256(channelLabel, body).toHex()
  return { channel, ...made(primitives, identity, first.type, body) }
}

export function makeLater(
  primitives: Primitives,
  identity: Signer,
  later: Later,
  { channel, number, previous }: RecordPlace,
  atMillis: number,
): MadeRecord {
  const body = writeChannelRecord({
    ...later,
    version: channelsVersion,
    identity: identity.ed25519PublicKey,
    channel: Uint8Array.fromHex(channel),
    number,
    previous: Uint8Array.fromHex(previous),
    at: atMillis,
  })
  return made(primitives, identity, later.type, body)
}

/** As the relay keeps it. `channel` and `secret` are hex. */
export function sealRecord(
  primitives: Primitives,
  random: Randomness,
  { channel, secret }: { readonly channel: string; readonly secret: string },
  signed: Uint8Array,
): Uint8Array {
  const key = Uint8Array.fromHex(secret)
  return sealForMembers(primitives, random, 'record', key, Uint8Array.fromHex(channel), signed)
}

/** Undefined for what no member has written, or nobody has signed, or is of another channel. */
export function openRecord(
  primitives: Primitives,
  { channel, secret }: { readonly channel: string; readonly secret: string },
  sealed: Uint8Array,
): SignedRecord | undefined {
  const place = Uint8Array.fromHex(channel)
  const key = Uint8Array.fromHex(secret)
  const signed = openForMembers(primitives, 'record', key, place, sealed)
  return signed && verifyRecord(primitives, channel, signed)
}

export function verifyRecord(
  primitives: Primitives,
  channel: string,
  signed: Uint8Array,
): SignedRecord | undefined {
  const verified = verifyAs(primitives, signed, (body) => {
    const read = readChannelRecord(body)
    if (read.kind === 'malformed') return undefined
    const { type } = read.kind === 'record' ? read.record : read
    const said: SignedRecord['said'] =
      read.kind === 'record' ? read.record : { ...read.heading, type: undefined }
    return { found: said, name: nameOf(type), identity: said.identity }
  })
  if (verified === undefined) return undefined
  const { found: said, body } = verified
  const isOfChannel =
    said.type === 'create'
      ? primitives.sha256(channelLabel, body).toHex() === channel
      : said.channel.toHex() === channel
  if (!isOfChannel) return undefined
  const hash = hashOf(primitives, body)
  const bytes = said.type === 'join' ? said.grant : undefined
  const grant = bytes === undefined ? undefined : verifyGrant(primitives, bytes)
  return { channel, hash, said, ...(grant === undefined ? {} : { grant }) }
}

function made(
  primitives: Primitives,
  identity: Signer,
  type: ChannelRecord['type'],
  body: Uint8Array,
): MadeRecord {
  return {
    hash: hashOf(primitives, body),
    signed: signAs(primitives, identity, nameOf(type), body),
  }
}

function hashOf(primitives: Primitives, body: Uint8Array): string {
  return primitives.sha256(recordLabel, body).toHex()
}

function nameOf(type: string): string {
  return `channel-${type}`
}

const channelLabel = new TextEncoder().encode('sotto/channel/1')
const recordLabel = new TextEncoder().encode('sotto/channel-record/1')
