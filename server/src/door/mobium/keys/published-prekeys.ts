/**
 * @module The part of an original client's bundle that everybody gets, as it rests in the store: a Protocol Buffers
 * message, so that a later version may add fields.
 *
 * | field | bytes |
 * |---|---|
 * | 1 | identity_x25519_pub |
 * | 2 | signed_prekey |
 * | 3 | signed_prekey_sig |
 * | 4 | x25519_sig, when it was published |
 * | 5 | a text of caps, repeated |
 */
import { ProtobufReader, ProtobufWriter, varintBytes } from '@sotto/wire/protobuf'

export interface PublishedPrekeys {
  readonly identityKey: Uint8Array
  readonly signedPrekey: Uint8Array
  readonly signature: Uint8Array
  /** Binds the identity's exchange key to it. */
  readonly bindingSignature: Uint8Array | undefined
  /** What its owner can do beyond the original protocol. Undefined is the same as nothing. */
  readonly capabilities: readonly string[] | undefined
}

export function writePublishedPrekeys(prekeys: PublishedPrekeys): Uint8Array {
  const { identityKey, signedPrekey, signature, bindingSignature, capabilities = [] } = prekeys
  const fields: readonly (readonly [number, Uint8Array])[] = [
    [1, identityKey],
    [2, signedPrekey],
    [3, signature],
    ...(bindingSignature === undefined ? [] : [[4, bindingSignature] as const]),
    ...capabilities.map((text) => [5, new TextEncoder().encode(text)] as const),
  ]
  const sizes = fields.map(([, { length }]) => 1 + varintBytes(length) + length)
  const writer = new ProtobufWriter(sizes.reduce((sum, size) => sum + size, 0))
  for (const [number, bytes] of fields) {
    writer.byte((number << 3) | 2)
    writer.varint(bytes.length)
    writer.raw(bytes)
  }
  return writer.bytes
}

/** Undefined for what `writePublishedPrekeys` never wrote. */
export function readPublishedPrekeys(bytes: Uint8Array): PublishedPrekeys | undefined {
  const reader = new ProtobufReader(bytes)
  const found = new Map<number, Uint8Array>()
  const capabilities: string[] = []
  while (reader.next()) {
    if (reader.fieldNumber <= 4) found.set(reader.fieldNumber, reader.bytes())
    else if (reader.fieldNumber === 5) capabilities.push(reader.text())
    else reader.skip()
  }
  const [identityKey, signedPrekey, signature] = [found.get(1), found.get(2), found.get(3)]
  if (reader.failed || !identityKey || !signedPrekey || !signature) return undefined
  return {
    identityKey,
    signedPrekey,
    signature,
    bindingSignature: found.get(4),
    capabilities: capabilities.length === 0 ? undefined : capabilities,
  }
}
