/**
 * @module Grants: an admin's signature that lets others come in, for a while and so many times. Whether its author is an
 * admin, and how often it was used, says the chain.
 */
import type { Primitives } from '@sotto/primitives'
import {
  channelsVersion,
  type Grant,
  grantIdBytes,
  readGrant,
  writeGrant,
} from '@sotto/wire/channels'
import type { Signer } from '#cards/signing.ts'
import { signAs, verifyAs } from '#channels/signing.ts'
import type { Randomness } from '#ports/clock.ts'

export interface GrantTerms {
  /** 32 bytes. */
  readonly channel: Uint8Array
  /** Of the last record that is known. */
  readonly number: number
  readonly uses: number
  readonly expiresAtMillis: number
}

const name = 'channel-grant'

export function signGrant(
  primitives: Primitives,
  random: Randomness,
  identity: Signer,
  { channel, number, uses, expiresAtMillis }: GrantTerms,
): Uint8Array {
  const body = writeGrant({
    version: channelsVersion,
    identity: identity.ed25519PublicKey,
    channel,
    id: random(grantIdBytes),
    number,
    uses,
    expires_at: expiresAtMillis,
  })
  return signAs(primitives, identity, name, body)
}

/** Undefined when it is none, or nobody's signature fits. */
export function verifyGrant(primitives: Primitives, signed: Uint8Array): Grant | undefined {
  return verifyAs(primitives, signed, (body) => {
    const grant = readGrant(body)
    return grant && { found: grant, name, identity: grant.identity }
  })?.found
}
