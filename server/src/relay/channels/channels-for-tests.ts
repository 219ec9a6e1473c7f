/**
 * @module A store with channels in memory, and everything that tests of channels need beside it.
 */
import type { ChannelId, IdentityKey, MailboxId } from '@sotto/wire'
import { Rooms } from '#relay/channels/rooms.ts'
import { Turns } from '#relay/channels/turns.ts'
import type { ChannelStore } from '#store/channels.ts'
import { openMemoryStore } from '#store/memory/open.ts'

export const startOfTests = 1_800_000_000_000

export const channel: ChannelId = channelOf(200)

export function channelOf(byte: number): ChannelId {
  return new Uint8Array(32).fill(byte) as ChannelId
}

export function identityOf(byte: number): IdentityKey {
  return new Uint8Array(32).fill(byte) as IdentityKey
}

export class HandClock {
  millis = startOfTests

  now(): number {
    return this.millis
  }

  advance(millis: number): void {
    this.millis += millis
  }
}

/** Bytes that count up, so that no two draws are the same. */
export function countingRandomness(): { bytes(length: number): Uint8Array } {
  let drawn = 0
  return {
    bytes(length) {
      const bytes = new Uint8Array(length)
      new DataView(bytes.buffer).setUint32(0, ++drawn)
      return bytes
    },
  }
}

export async function openChannels(...identities: readonly IdentityKey[]) {
  const { channels, identities: known } = openMemoryStore()
  for (const identity of identities) {
    const mailbox = Buffer.from(identity).toString('hex') as MailboxId
    await known.enter(identity, mailbox, undefined)
  }
  return {
    channels,
    rooms: new Rooms<string>(channels),
    turns: new Turns(),
    clock: new HandClock(),
    randomness: countingRandomness(),
  }
}

/** What the changes do not do, the store does. */
export function forwarding(store: ChannelStore, changes: Partial<ChannelStore>): ChannelStore {
  return new Proxy(store, {
    get(target, name: string) {
      // The names asked for are the port's.
      const key = name as keyof ChannelStore
      return changes[key] ?? target[key].bind(target)
    },
  })
}
