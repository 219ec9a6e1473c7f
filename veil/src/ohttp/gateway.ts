/**
 * @module The gateway's end of oblivious HTTP (RFC 9458 §4): a request opened, and its answer sealed.
 *
 * The same request can come twice, and opens twice (§6.5). Who minds remembers `encapsulatedKey`, which no two honest
 * requests share, for as long as the key is accepted.
 */
import type { Primitives } from '@sotto/primitives'
import { OpenError, ValidationError } from 'hpke'
import { concatenate, copyOf } from '#bytes.ts'
import { curveKeyBytes, kemId, privateKeyOf, publicKeyOf } from '#ohttp/dhkem-x25519.ts'
import {
  decodeHeader,
  headerBytes,
  requestInfo,
  type ResponseContext,
  responseKeys,
  responseLabel,
  responseNonceBytes,
  sealWithKeys,
} from '#ohttp/encapsulation.ts'
import type { KeyConfig } from '#ohttp/key-config.ts'
import { aeadOf, cipherOf, hpkeSuite, knownSuites, type SymmetricSuite } from '#ohttp/suites.ts'
import { draw, type Randomness } from '#randomness.ts'

export interface GatewayKey {
  /** 0 to 255, different for all keys that are accepted at a time. */
  readonly keyId: number
  /** X25519, 32 bytes. */
  readonly privateKey: Uint8Array
  readonly publicKey: Uint8Array
}

export type OpenedRequest =
  | {
      readonly kind: 'opened'
      readonly keyId: number
      readonly request: Uint8Array
      /** 32 bytes: what tells a replay. */
      readonly encapsulatedKey: Uint8Array
      /** To seal the one answer with. */
      readonly context: ResponseContext
    }
  /** The client knows another key or suite than these: it should fetch the configuration anew (§5.3). */
  | { readonly kind: 'unknown-key' }
  /** Too short, changed on the way, or sealed for another key with the same id. */
  | { readonly kind: 'refused' }

/** What clients have to know of a key, with all suites that we speak unless told otherwise. */
export function configOf(
  { keyId, publicKey }: GatewayKey,
  suites: readonly SymmetricSuite[] = knownSuites,
): KeyConfig {
  return { keyId, publicKey, suites }
}

/** Opens a request with the key that it names. Nothing is told of why one is refused. */
export async function openRequest(
  primitives: Primitives,
  keys: readonly GatewayKey[],
  message: Uint8Array,
  suites: readonly SymmetricSuite[] = knownSuites,
): Promise<OpenedRequest> {
  const sealedAt = headerBytes + curveKeyBytes
  if (message.length < sealedAt + tagBytes) return { kind: 'refused' }
  const { keyId, kem, suite } = decodeHeader(message)
  const key = keys.find((candidate) => candidate.keyId === keyId)
  const isOffered = suites.some(({ kdf, aead }) => kdf === suite.kdf && aead === suite.aead)
  const aead = aeadOf(suite)
  if (key === undefined || kem !== kemId || !isOffered || aead === undefined) {
    return { kind: 'unknown-key' }
  }
  const hpke = hpkeSuite(primitives, drawNothing, aead)
  const pair = {
    privateKey: privateKeyOf(key.privateKey),
    publicKey: publicKeyOf(key.publicKey),
  }
  const info = requestInfo(copyOf(message, 0, headerBytes))
  const encapsulatedKey = copyOf(message, headerBytes, sealedAt)
  try {
    const opener = await hpke.SetupRecipient(pair, encapsulatedKey, { info })
    const request = await opener.Open(copyOf(message, sealedAt))
    const secret = await opener.Export(responseLabel, responseNonceBytes(hpke.AEAD))
    const context = { aead, encapsulatedKey, secret }
    return { kind: 'opened', keyId, request, encapsulatedKey, context }
  } catch (error) {
    if (error instanceof OpenError || error instanceof ValidationError) return { kind: 'refused' }
    throw error
  }
}

/** Seals the answer. `random` is asked for 16 or 32 bytes, as long as the suite's key is. */
export async function sealResponse(
  primitives: Primitives,
  random: Randomness,
  context: ResponseContext,
  response: Uint8Array,
): Promise<Uint8Array> {
  const nonceBytes = responseNonceBytes(cipherOf(primitives, context.aead))
  const responseNonce = draw(random, nonceBytes)
  const keys = responseKeys(primitives, context, responseNonce)
  return concatenate([responseNonce, await sealWithKeys(keys, response)])
}

/** Of every AEAD here. */
const tagBytes = 16

function drawNothing(): never {
  throw new TypeError('Cannot draw randomness: a recipient has none')
}
