/**
 * @module One message to whoever holds a key: HPKE in base mode, single-shot (RFC 9180 §6.1), with DHKEM(X25519,
 * HKDF-SHA256), HKDF-SHA256 and ChaCha20-Poly1305. Nothing is padded here: `seal.ts` does that.
 *
 * | bytes | content |
 * |---|---|
 * | 32 | encapsulated key |
 * | the plaintext's length + 16 | ciphertext and tag |
 */
import type { Primitives } from '@sotto/primitives'
import { OpenError, ValidationError } from 'hpke'
import { concatenate, copyOf } from '#bytes.ts'
import { curveKeyBytes, privateKeyOf, publicKeyOf } from '#ohttp/dhkem-x25519.ts'
import { chaCha20Poly1305, hpkeSuite } from '#ohttp/suites.ts'
import type { Randomness } from '#randomness.ts'

/** What `hpke` adds to a plaintext. */
export const hpkeOverheadBytes = 48

/** What both ends have to agree on. */
export interface HpkeContext {
  /** What it is for: keeps the uses of one key apart. */
  readonly info: Uint8Array
  /** What the message belongs to. It does not travel. */
  readonly associatedData: Uint8Array
}

/** `random` is asked for 32 bytes. Undefined when the key is none that can be agreed with. */
export async function sealHpke(
  primitives: Primitives,
  random: Randomness,
  recipientKey: Uint8Array,
  { info, associatedData }: HpkeContext,
  plaintext: Uint8Array,
): Promise<Uint8Array | undefined> {
  checkKey(recipientKey)
  const suite = hpkeSuite(primitives, random, chaCha20Poly1305)
  const options = { info, aad: associatedData }
  try {
    const sealed = await suite.Seal(publicKeyOf(recipientKey), plaintext, options)
    return concatenate([sealed.encapsulatedSecret, sealed.ciphertext])
  } catch (error) {
    if (error instanceof ValidationError) return undefined
    throw error
  }
}

/** Undefined for everything that was not sealed for this key, in this context; nothing is told of why. */
export async function openHpke(
  primitives: Primitives,
  privateKey: Uint8Array,
  { info, associatedData }: HpkeContext,
  sealed: Uint8Array,
): Promise<Uint8Array | undefined> {
  checkKey(privateKey)
  if (sealed.length < hpkeOverheadBytes) return undefined
  const suite = hpkeSuite(primitives, drawNothing, chaCha20Poly1305)
  const encapsulated = copyOf(sealed, 0, curveKeyBytes)
  const ciphertext = sealed.subarray(curveKeyBytes)
  const options = { info, aad: associatedData }
  try {
    return await suite.Open(privateKeyOf(privateKey), encapsulated, ciphertext, options)
  } catch (error) {
    if (error instanceof OpenError || error instanceof ValidationError) return undefined
    throw error
  }
}

function checkKey(key: Uint8Array): void {
  if (key.length !== curveKeyBytes) {
    throw new RangeError(`Cannot use key: it has ${key.length} bytes of ${curveKeyBytes}`)
  }
}

function drawNothing(): never {
  throw new TypeError('Cannot draw randomness: a recipient has none')
}
