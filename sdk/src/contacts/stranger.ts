/**
 * @module Somebody of whom nothing is known but the address: who they are, where, and whether they take first words of
 * strangers, from the keys that they have signed.
 */
import type { Primitives } from '@sotto/primitives'
import { readAddress } from '#cards/address.ts'
import { readBundle } from '#cards/bundle.ts'
import type { Stranger } from '#contacts/requests.ts'
import { SottoError } from '#errors.ts'
import type { Deposits } from '#messages/sender.ts'
import { relayOrigin } from '#relay/relay-origin.ts'

/** An address that names no relay is at `ownRelay`. */
export async function findStranger(
  primitives: Primitives,
  relayOf: (origin: string) => Pick<Deposits, 'fetchKeys'>,
  address: string,
  ownRelay: string,
  signal: AbortSignal,
): Promise<Stranger> {
  const read = readAddress(address)
  if (read.kind !== 'address') {
    const reason = read.kind.replaceAll('-', ' ')
    throw new SottoError('invalid-address', `Cannot read the address: ${reason}`)
  }
  const { identity } = read
  const relay = relayOrigin(read.relay ?? ownRelay)
  if (relay === undefined) {
    throw new SottoError('invalid-address', 'Cannot read the address: its relay is none')
  }
  const fetched = await relayOf(relay).fetchKeys(identity, signal)
  if (fetched.kind === 'no-keys') {
    throw new SottoError('no-keys', 'Cannot write: nobody with this address is at that relay')
  }
  const keys = readBundle(primitives, identity, fetched)
  if (keys === undefined) {
    throw new SottoError('bad-answer', 'Cannot write: the keys are not theirs')
  }
  if (keys.requests === undefined) {
    throw new SottoError(
      'not-allowed',
      'Cannot write: they take no requests; ask them for an invitation',
    )
  }
  return { identity: identity.toHex(), relay, requests: keys.requests.toHex() }
}
