/**
 * @module POST /v1/keys as a client that keeps its identity uses it.
 */
import {
  base64,
  drawSignedKey,
  oneTimeToJson,
  signedToJson,
  type OneTimeKey,
  type SignedKey,
} from '#door/obscura/contract/keys-for-tests.ts'
import type {
  Answer,
  Person,
  RunningRelay,
} from '#door/obscura/contract/running-relay-for-tests.ts'

export interface Refill {
  readonly signedId: number
  readonly oneTime?: readonly OneTimeKey[]
  readonly signed?: SignedKey
  readonly identityKey?: Uint8Array | null
  readonly registrationId?: number
}

/** A refill that is right in everything that is not named. */
export async function refill(at: RunningRelay, person: Person, changes: Refill): Promise<Answer> {
  const { identity } = person.device
  const { identityKey, registrationId, signed, signedId, oneTime = [] } = changes
  const body = {
    ...(identityKey === undefined ? {} : { identityKey: identityKey && base64(identityKey) }),
    ...(registrationId === undefined ? {} : { registrationId }),
    signedPreKey: signedToJson(signed ?? drawSignedKey(identity, signedId)),
    oneTimePreKeys: oneTime.map(oneTimeToJson),
  }
  return await at.post('/v1/keys', body, person.token)
}
