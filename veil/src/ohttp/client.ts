/**
 * @module The client's end of oblivious HTTP (RFC 9458 §4): a request sealed for a gateway, and the answer opened.
 */
import type { Primitives } from '@sotto/primitives'
import { ValidationError } from 'hpke'
import { concatenate, copyOf } from '#bytes.ts'
import { curveKeyBytes, publicKeyOf } from '#ohttp/dhkem-x25519.ts'
import {
  encodeHeader,
  requestInfo,
  type ResponseContext,
  responseKeys,
  responseLabel,
  openWithKeys,
  responseNonceBytes,
} from '#ohttp/encapsulation.ts'
import type { KeyConfig } from '#ohttp/key-config.ts'
import { aeadOf, cipherOf, hpkeSuite } from '#ohttp/suites.ts'
import { draw, type Randomness } from '#randomness.ts'

export interface Encapsulated {
  /** What travels, as `message/ohttp-req`. */
  readonly message: Uint8Array
  /** To open the one answer with. */
  readonly context: ResponseContext
}

/**
 * Seals a request with the first suite of the configuration that we speak. `random` is asked for 32 bytes. Undefined when
 * there is no such suite, or the gateway's key is none.
 */
export async function encapsulateRequest(
  primitives: Primitives,
  random: Randomness,
  { keyId, publicKey, suites }: KeyConfig,
  request: Uint8Array,
): Promise<Encapsulated | undefined> {
  const suite = suites.find((candidate) => aeadOf(candidate) !== undefined)
  const aead = suite && aeadOf(suite)
  if (suite === undefined || aead === undefined) return undefined
  const header = encodeHeader(keyId, suite)
  const ephemeral = draw(random, curveKeyBytes)
  const hpke = hpkeSuite(primitives, () => ephemeral, aead)
  const info = requestInfo(header)
  try {
    const { encapsulatedSecret, ctx } = await hpke.SetupSender(publicKeyOf(publicKey), { info })
    const sealed = await ctx.Seal(request)
    const secret = await ctx.Export(responseLabel, responseNonceBytes(hpke.AEAD))
    return {
      message: concatenate([header, encapsulatedSecret, sealed]),
      context: { aead, encapsulatedKey: encapsulatedSecret, secret },
    }
  } catch (error) {
    if (error instanceof ValidationError) return undefined
    throw error
  }
}

/** Opens the answer to one request. Undefined when it is not that, and nothing is told of why. */
export async function openResponse(
  primitives: Primitives,
  context: ResponseContext,
  message: Uint8Array,
): Promise<Uint8Array | undefined> {
  const nonceLength = responseNonceBytes(cipherOf(primitives, context.aead))
  const keys = responseKeys(primitives, context, copyOf(message, 0, nonceLength))
  return openWithKeys(keys, copyOf(message, nonceLength))
}
