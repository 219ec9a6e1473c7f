/**
 * @module The sender keys of other members, and what was posted with them.
 */
import { parseSenderKeyMessage, SignalError } from '@sotto/signal'
import { readSaid, type Said } from '@sotto/wire/channels'
import type { ContentOf } from '@sotto/wire/content'
import type { StoredChannel } from '#channels/channel.ts'
import { peerId } from '#channels/peers.ts'
import { placeOfPost } from '#channels/place-of-post.ts'
import { openForMembers } from '#channels/seal.ts'
import { acceptFrom, decryptWith, forgetKey } from '#channels/sender-keys.ts'
import type { Device } from '#sessions/device.ts'
import { table } from '#state/table.ts'
import type { Work } from '#state/work.ts'

interface TheirKey {
  /** What hides messages of this key from the relay, in hex. */
  readonly secret: string
  readonly epoch: number
  readonly atMillis: number
}

/** By channel, member and distribution id. */
const theirKeys = table<TheirKey>('channel-key')

/** Of one member: the oldest go. Whoever draws more within what is still to be read is not read. */
const maxKeys = 64
const keptMillis = 30 * 24 * 60 * 60 * 1000

/** False when it is none, or nobody of this name is known. */
export async function acceptTheirKey(
  work: Work,
  device: Device,
  channel: string,
  identity: string,
  { key, epoch, secret }: ContentOf<'sender_key'>,
): Promise<boolean> {
  const peer = await peerId(work, channel, identity)
  if (peer === undefined || secret === undefined) return false
  const distributionId = await accepted(work, key, (id) => nameOf(channel, peer, id))
  if (distributionId === undefined) return false
  theirKeys.put(work, nameOf(channel, peer, distributionId), {
    secret: secret.toHex(),
    epoch,
    atMillis: device.clock.now(),
  })
  await dropOldest(work, device, channel, peer)
  return true
}

export type OpenedPost =
  | { readonly kind: 'read'; readonly said: Said }
  /** Read before, or its key is gone. */
  | { readonly kind: 'duplicate' }
  /** No key that we have opens it. */
  | { readonly kind: 'no-key' }
  /** A key opens it, and what is inside is nothing. */
  | { readonly kind: 'refused' }

/** Changes the work only when it is read. */
export async function openPost(
  work: Work,
  device: Device,
  { id: channel, channel: name }: StoredChannel,
  identity: string,
  payload: Uint8Array,
): Promise<OpenedPost> {
  const peer = await peerId(work, channel, identity)
  if (peer === undefined) return { kind: 'no-key' }
  const place = placeOfPost(name, identity)
  for (const { id, value } of await keysOf(work, channel, peer)) {
    const secret = Uint8Array.fromHex(value.secret)
    const bytes = openForMembers(device.primitives, 'post', secret, place, payload)
    if (bytes !== undefined) return decryptPost(work, device, channel, peer, id, bytes)
  }
  return { kind: 'no-key' }
}

/** Of a member who is gone. */
export async function forgetTheirKeys(work: Work, channel: string, peer: string): Promise<void> {
  for (const { id } of await keysOf(work, channel, peer)) forget(work, id)
}

export async function forgetAllKeys(work: Work, channel: string): Promise<void> {
  const range = { from: `${channel}/`, before: `${channel}0`, limit: 100_000 }
  for (const { id } of await theirKeys.list(work, range)) forget(work, id)
}

function forget(work: Work, id: string): void {
  theirKeys.delete(work, id)
  forgetKey(work, id)
}

async function decryptPost(
  work: Work,
  device: Device,
  channel: string,
  peer: string,
  name: string,
  bytes: Uint8Array,
): Promise<OpenedPost> {
  try {
    return await work.attempt(async (inner): Promise<OpenedPost> => {
      const message = parseSenderKeyMessage(bytes)
      if (nameOf(channel, peer, message.distributionId) !== name) return { kind: 'refused' }
      const said = readSaid(await decryptWith(inner, device, name, message))
      return said === undefined ? { kind: 'refused' } : { kind: 'read', said }
    })
  } catch (error) {
    if (!(error instanceof SignalError)) throw error
    return { kind: error.code === 'duplicated-message' ? 'duplicate' : 'refused' }
  }
}

/** Newest first. */
async function keysOf(
  work: Work,
  channel: string,
  peer: string,
): Promise<readonly { readonly id: string; readonly value: TheirKey }[]> {
  const range = { from: `${channel}/${peer}/`, before: `${channel}/${peer}0`, limit: 1000 }
  const rows = await theirKeys.list(work, range)
  return rows.toSorted((a, b) => b.value.atMillis - a.value.atMillis)
}

async function dropOldest(
  work: Work,
  { clock }: Pick<Device, 'clock'>,
  channel: string,
  peer: string,
): Promise<void> {
  const rows = await keysOf(work, channel, peer)
  const oldest = clock.now() - keptMillis
  const over = rows.filter(({ value }, at) => at >= maxKeys || (at > 0 && value.atMillis < oldest))
  for (const { id } of over) forget(work, id)
}

async function accepted(
  work: Work,
  key: Uint8Array,
  nameFor: (distributionId: string) => string,
): Promise<string | undefined> {
  try {
    return await work.attempt((inner) => acceptFrom(inner, key, nameFor))
  } catch (error) {
    if (error instanceof SignalError) return undefined
    throw error
  }
}

function nameOf(channel: string, peer: string, distributionId: string): string {
  return `${channel}/${peer}/${distributionId}`
}
