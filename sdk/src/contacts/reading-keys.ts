/**
 * @module What we read with: a key for each contact, each invitation, the request inbox and ourselves. The address that
 * goes with a key says where others write (`wire/src/live/addresses.ts`); the key itself never leaves this device but to
 * the relay that is asked to watch.
 */
import { addressOfReadingKey } from '#relay/live/watched.ts'
import type { Device } from '#sessions/device.ts'
import { table } from '#state/table.ts'
import type { Reader, Work } from '#state/work.ts'

export type Use =
  | { readonly kind: 'contact'; readonly contact: string }
  | { readonly kind: 'invitation'; readonly invitation: string }
  /** The id of its conversation. */
  | { readonly kind: 'channel'; readonly channel: string }
  | { readonly kind: 'meeting'; readonly meeting: string }
  | { readonly kind: 'requests' }
  | { readonly kind: 'self' }

interface ReadingKey {
  /** 32 bytes in hex. */
  readonly key: string
  readonly use: Use
  /** When it is not read any more; for keys that were replaced. */
  readonly untilMillis?: number | undefined
}

const readingKeys = table<ReadingKey>('reading-key')

const keyBytes = 32

export function addressOf({ primitives }: Pick<Device, 'primitives'>, key: Uint8Array): Uint8Array {
  return addressOfReadingKey(primitives, key)
}

/** Draws a key and remembers what it is for. */
export function newReadingKey(work: Work, device: Device, use: Use): string {
  const key = device.random(keyBytes)
  keepReadingKey(work, device, key, use)
  return key.toHex()
}

export function keepReadingKey(
  work: Work,
  device: Device,
  key: Uint8Array,
  use: Use,
  untilMillis?: number,
): void {
  readingKeys.put(work, idOf(device, addressOf(device, key)), {
    key: key.toHex(),
    use,
    untilMillis,
  })
}

export function dropReadingKey(work: Work, device: Device, key: string): void {
  readingKeys.delete(work, idOf(device, addressOf(device, Uint8Array.fromHex(key))))
}

/** All that were given to a contact. */
export async function dropReadingKeysOf(
  work: Work,
  device: Device,
  contact: string,
): Promise<void> {
  for (const { value } of await readingKeys.all(work)) {
    const { key, use } = value
    if (use.kind === 'contact' && use.contact === contact) dropReadingKey(work, device, key)
  }
}

/** Those that were replaced, when their time is over. */
export async function dropOldReadingKeys(work: Work, device: Device): Promise<void> {
  const now = device.clock.now()
  for (const { value } of await readingKeys.all(work)) {
    if ((value.untilMillis ?? now) < now) dropReadingKey(work, device, value.key)
  }
}

/** What is read at an address. Undefined when that is nothing, any more. */
export async function useOf(
  reader: Reader,
  device: Device,
  address: Uint8Array,
): Promise<Use | undefined> {
  return (await readingKeys.get(reader, idOf(device, address)))?.use
}

/** In hex; those that will not be read for ever come last. */
export async function allReadingKeys(reader: Reader): Promise<readonly string[]> {
  const all = (await readingKeys.all(reader)).map(({ value }) => value)
  const passing = (each: ReadingKey): number => (each.untilMillis === undefined ? 0 : 1)
  return all.toSorted((a, b) => passing(a) - passing(b)).map(({ key }) => key)
}

function idOf({ hide }: Pick<Device, 'hide'>, address: Uint8Array): string {
  return hide(addressText(address))
}

/** What the id of a reading key stands for. */
export function addressText(address: Uint8Array): string {
  return `address/${address.toHex()}`
}

/** The keys that belong to the identity, so that whoever has its phrase has them too. */
export function ownReadingKey(
  { primitives, identity }: Pick<Device, 'primitives' | 'identity'>,
  what: 'requests' | 'self',
): Uint8Array {
  const info = new TextEncoder().encode(`sotto reading key ${what} v1`)
  return primitives.hkdfSha256(undefined, identity.ed25519Seed, info, keyBytes)
}
