/**
 * @module Members, as somebody to write letters to. Each has an entry of its own for each channel, whoever they are besides:
 * a contact may be blocked, or have told us another address, and the channel goes on.
 */
import type { ChainState } from '#channels/chain.ts'
import type { StoredChannel } from '#channels/channel.ts'
import { type Contact, peers } from '#contacts/contact.ts'
import type { Engine } from '#engine.ts'
import { dequeueAll } from '#messages/outbox.ts'
import { forgetAllSent } from '#messages/sent.ts'
import { table } from '#state/table.ts'
import type { Reader, Work } from '#state/work.ts'

/** By identity in hex: the id of the entry. */
type Ids = Readonly<Record<string, string>>

const idsByIdentity = table<Ids>('channel-peer')

const idBytes = 16

/** The name of a member among our records. It stays for a while when they have gone. */
export async function peerId(
  reader: Reader,
  channel: string,
  identity: string,
): Promise<string | undefined> {
  const ids = await idsByIdentity.get(reader, channel)
  return ids !== undefined && Object.hasOwn(ids, identity) ? ids[identity] : undefined
}

/** Undefined when they cannot be written to: no member, or nobody knows where they read. */
export async function peerOf(
  reader: Reader,
  channel: string,
  identity: string,
): Promise<Contact | undefined> {
  const id = await peerId(reader, channel, identity)
  return id === undefined ? undefined : peers.get(reader, id)
}

/** What stands in the chain: who is new, who reads elsewhere, and who is gone. */
export async function followMembers(
  work: Work,
  { device }: Pick<Engine, 'device'>,
  { id: channel, relay, readingKey }: StoredChannel,
  state: ChainState,
  changed: readonly string[],
): Promise<void> {
  let ids: Ids = (await idsByIdentity.get(work, channel)) ?? {}
  for (const identity of changed) {
    if (identity === device.local.address.name) continue
    const member = Object.hasOwn(state.members, identity) ? state.members[identity] : undefined
    const known = Object.hasOwn(ids, identity) ? ids[identity] : undefined
    if (member === undefined) {
      if (known !== undefined) await dropPeer(work, known)
      continue
    }
    const id = known ?? device.random(idBytes).toHex()
    if (known === undefined) ids = { ...ids, [identity]: id }
    if (member.address === undefined) continue
    const before = await peers.get(work, id)
    const now = device.clock.now()
    peers.put(work, id, {
      id,
      identity,
      state: 'peer',
      isBlocked: false,
      relay,
      address: member.address,
      readingKey,
      readingKeySinceMillis: before?.readingKeySinceMillis ?? now,
      name: member.name,
      sinceMillis: before?.sinceMillis ?? now,
      healedAtMillis: before?.healedAtMillis,
    })
  }
  idsByIdentity.put(work, channel, ids)
}

/** Everybody there is, for a channel that ends. */
export async function dropPeers(work: Work, channel: string): Promise<void> {
  const ids = await idsByIdentity.get(work, channel)
  for (const id of Object.values(ids ?? {})) await dropPeer(work, id)
  idsByIdentity.delete(work, channel)
}

/** Also the name, when nothing of theirs is heard any more. */
export async function forgetPeer(work: Work, channel: string, identity: string): Promise<void> {
  const ids = await idsByIdentity.get(work, channel)
  if (ids === undefined || !Object.hasOwn(ids, identity)) return
  const { [identity]: id, ...others } = ids
  if (id !== undefined) await dropPeer(work, id)
  idsByIdentity.put(work, channel, others)
}

/** Sessions stay: they may be those of a contact. */
async function dropPeer(work: Work, id: string): Promise<void> {
  peers.delete(work, id)
  await dequeueAll(work, id)
  await forgetAllSent(work, id)
}
