/**
 * @module People with identities that are the same in each run, and what happens to bytes on their way.
 */
import type { Primitives } from '@sotto/primitives'
import { openPrimitives } from '@sotto/primitives/provider'
import { type Identity, identityFromSeed } from '@sotto/signal'
import type { CardToInvite } from '#cards/invitation.ts'

export const primitives: Primitives = await openPrimitives()

export const now = 1_800_000_000_000

export function person(number: number): Identity {
  return identityFromSeed(primitives, new Uint8Array(32).fill(number))
}

export const alice: Identity = person(1)
export const bob: Identity = person(2)
export const mallory: Identity = person(3)

export const card: CardToInvite = {
  relay: 'https://relay.example',
  address: new Uint8Array(32).fill(7),
  name: 'Alice 🌱',
  issuedAtMillis: now,
  expiresAtMillis: now + 1000,
}

/** A copy for each byte, with one bit of it turned over. */
export function* damaged(bytes: Uint8Array): Generator<Uint8Array> {
  for (const at of bytes.keys()) {
    const copy = Uint8Array.from(bytes)
    copy[at] = (copy[at] ?? 0) ^ (1 << (at % 8))
    yield copy
  }
}

/** Every beginning, from nothing to all but the last byte. */
export function* cut(bytes: Uint8Array): Generator<Uint8Array> {
  for (const length of bytes.keys()) yield bytes.slice(0, length)
}
