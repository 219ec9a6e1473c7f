/**
 * @module From what the user wants to a record for the place behind the last one.
 */
import { applyRecord, type ChainState, type Refusal } from '#channels/chain.ts'
import type { StoredChannel } from '#channels/channel.ts'
import { type Later, makeLater, sealRecord, verifyRecord } from '#channels/record.ts'
import type { MadeForPlace, Wish } from '#channels/wishes.ts'
import { settings } from '#contacts/contact.ts'
import { addressOf } from '#contacts/reading-keys.ts'
import type { Device } from '#sessions/device.ts'
import type { Reader } from '#state/work.ts'

export type Made =
  | { readonly kind: 'made'; readonly made: MadeForPlace }
  | { readonly kind: 'refused'; readonly reason: Refusal }

/** 'refused' when the chain would not take it, as far as we know it. */
export async function makeRecord(
  reader: Reader,
  device: Device,
  channel: StoredChannel,
  state: ChainState | undefined,
  wish: Wish,
): Promise<Made> {
  const later = await laterOf(reader, device, channel, wish)
  // A first record was made when the channel was; without a chain nothing else can stand in it.
  if (state === undefined || later === undefined) return { kind: 'refused', reason: 'not-first' }
  const { primitives, random, identity, clock } = device
  const number = state.number + 1
  const place = { channel: channel.channel, number, previous: state.hash }
  const { hash, signed } = makeLater(primitives, identity, later, place, clock.now())
  const record = verifyRecord(primitives, channel.channel, signed)
  if (record === undefined) throw new TypeError('Cannot make a record: it does not verify')
  const applied = applyRecord(state, record)
  if (applied.kind === 'refused') return applied
  const sealed = sealRecord(primitives, random, channel, signed).toHex()
  return { kind: 'made', made: { hash, number, previous: state.hash, sealed } }
}

async function laterOf(
  reader: Reader,
  device: Device,
  { readingKey }: StoredChannel,
  wish: Wish,
): Promise<Later | undefined> {
  switch (wish.kind) {
    case 'create':
      return undefined
    case 'join':
      return {
        type: 'join',
        grant: Uint8Array.fromHex(wish.grant),
        address: addressOf(device, Uint8Array.fromHex(readingKey)),
        own_name: (await settings.get(reader))?.name,
      }
    case 'add':
      return { type: 'add', member: Uint8Array.fromHex(wish.member), role: wish.role }
    case 'remove':
      return { type: 'remove', member: Uint8Array.fromHex(wish.member) }
    case 'role':
      return { type: 'role', member: Uint8Array.fromHex(wish.member), role: wish.role }
    case 'name': {
      const { name, picture } = wish
      const bytes = picture === undefined ? undefined : Uint8Array.fromHex(picture)
      return { type: 'name', name, picture: bytes }
    }
    case 'timer':
      return { type: 'timer', seconds: wish.seconds }
    case 'revoke':
      return { type: 'revoke' }
    case 'leave':
      return { type: 'leave' }
  }
}
