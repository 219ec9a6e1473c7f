/**
 * @module What client and gateway share (RFC 9458 §4).
 *
 * | request | bytes | response | bytes |
 * |---|---|---|---|
 * | key id | 1 | nonce | 16 (AES-128) or 32 (ChaCha20) |
 * | KEM | 2 | sealed response | its length + 16 |
 * | KDF | 2 | | |
 * | AEAD | 2 | | |
 * | encapsulated key | 32 | | |
 * | sealed request | its length + 16 | | |
 */
import type { Primitives } from '@sotto/primitives'
import { type AEAD, NotSupportedError } from 'hpke'
import { ascii, concatenate, readUint16, uint16 } from '#bytes.ts'
import { kemId } from '#ohttp/dhkem-x25519.ts'
import { expand, extract } from '#ohttp/hkdf.ts'
import { type AeadId, cipherOf, type SymmetricSuite } from '#ohttp/suites.ts'

export const requestMediaType = 'message/ohttp-req'
export const responseMediaType = 'message/ohttp-res'
/** The `type` of a problem (RFC 9457) that tells a client to fetch the key configuration anew (§5.3). */
export const keyProblemType = 'https://iana.org/assignments/http-problem-types#ohttp-key'

export const headerBytes = 7

const requestLabel = ascii('message/bhttp request')
export const responseLabel: Uint8Array = ascii('message/bhttp response')

/** What binds a response to its request. It is a secret of the two ends. */
export interface ResponseContext {
  readonly aead: AeadId
  /** 32 bytes, as they travelled. */
  readonly encapsulatedKey: Uint8Array
  /** Exported from the request's encryption. */
  readonly secret: Uint8Array
}

export interface RequestHeader {
  readonly keyId: number
  readonly kem: number
  readonly suite: SymmetricSuite
}

export function encodeHeader(keyId: number, { kdf, aead }: SymmetricSuite): Uint8Array {
  return concatenate([Uint8Array.of(keyId), uint16(kemId), uint16(kdf), uint16(aead)])
}

/** Of at least `headerBytes`. */
export function decodeHeader(bytes: Uint8Array): RequestHeader {
  const suite = { kdf: readUint16(bytes, 3), aead: readUint16(bytes, 5) }
  return { keyId: bytes[0] ?? 0, kem: readUint16(bytes, 1), suite }
}

/** §4.3: the info of HPKE. */
export function requestInfo(header: Uint8Array): Uint8Array {
  return concatenate([requestLabel, Uint8Array.of(0), header])
}

/** How long secret and nonce of a response are. */
export function responseNonceBytes({ Nk, Nn }: Pick<AEAD, 'Nk' | 'Nn'>): number {
  return Math.max(Nk, Nn)
}

export interface ResponseKeys {
  readonly cipher: Readonly<AEAD>
  readonly key: Uint8Array
  readonly nonce: Uint8Array
}

/** §4.4. */
export function responseKeys(
  primitives: Primitives,
  { aead, encapsulatedKey, secret }: ResponseContext,
  responseNonce: Uint8Array,
): ResponseKeys {
  const cipher = cipherOf(primitives, aead)
  const root = extract(primitives, concatenate([encapsulatedKey, responseNonce]), secret)
  return {
    cipher,
    key: expand(primitives, root, ascii('key'), cipher.Nk),
    nonce: expand(primitives, root, ascii('nonce'), cipher.Nn),
  }
}

export async function sealWithKeys(
  { cipher, key, nonce }: ResponseKeys,
  response: Uint8Array,
): Promise<Uint8Array> {
  return cipher.Seal(key, nonce, new Uint8Array(0), response)
}

/** Undefined when the tag does not fit. */
export async function openWithKeys(
  { cipher, key, nonce }: ResponseKeys,
  sealed: Uint8Array,
): Promise<Uint8Array | undefined> {
  try {
    return await cipher.Open(key, nonce, new Uint8Array(0), sealed)
  } catch (error) {
    // A platform without the cipher is a broken world, and no peer's doing.
    if (error instanceof NotSupportedError) throw error
    return undefined
  }
}
