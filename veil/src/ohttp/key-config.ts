/**
 * @module Key configurations (RFC 9458 §3.1): what a client has to know of a gateway.
 *
 * | bytes | what |
 * |---|---|
 * | 1 | key id |
 * | 2 | KEM |
 * | 32 | public key |
 * | 2 | length of what follows |
 * | 4 each | suites: KDF (2), AEAD (2) |
 *
 * `application/ohttp-keys` is a list of them, each behind its length in 2 bytes (§3.2). Some gateways send a single one
 * bare under the same media type, and their clients read only that, so both are here. The two cannot be told apart for
 * certain: the caller says which one it expects.
 */
import { concatenate, copyOf, readUint16, uint16 } from '#bytes.ts'
import { curveKeyBytes, kemId } from '#ohttp/dhkem-x25519.ts'
import type { SymmetricSuite } from '#ohttp/suites.ts'

export interface KeyConfig {
  /** 0 to 255. */
  readonly keyId: number
  /** X25519, 32 bytes. */
  readonly publicKey: Uint8Array
  /** In the order of the gateway's preference. Unknown ones may be among those that were decoded. */
  readonly suites: readonly SymmetricSuite[]
}

export const keysMediaType = 'application/ohttp-keys'

const publicKeyAt = 3
const suitesLengthAt: number = publicKeyAt + curveKeyBytes
const suitesAt: number = suitesLengthAt + 2
const suiteBytes = 4
const maxSuites: number = Math.floor(0xffff / suiteBytes)

export function encodeKeyConfig({ keyId, publicKey, suites }: KeyConfig): Uint8Array {
  if (!Number.isInteger(keyId) || keyId < 0 || keyId > 0xff) {
    throw new RangeError('Cannot encode key configuration: the key id is not from 0 to 255')
  }
  if (publicKey.length !== curveKeyBytes) {
    throw new RangeError(
      `Cannot encode key configuration: public key has ${publicKey.length} bytes of ${curveKeyBytes}`,
    )
  }
  if (suites.length === 0 || suites.length > maxSuites) {
    throw new RangeError(
      `Cannot encode key configuration: ${suites.length} suites of 1 to ${maxSuites}`,
    )
  }
  return concatenate([
    Uint8Array.of(keyId),
    uint16(kemId),
    publicKey,
    uint16(suites.length * suiteBytes),
    ...suites.flatMap(({ kdf, aead }) => [uint16(kdf), uint16(aead)]),
  ])
}

/** Undefined for what is malformed, and for a KEM that is not ours. */
export function decodeKeyConfig(bytes: Uint8Array): KeyConfig | undefined {
  const suitesLength = readUint16(bytes, suitesLengthAt)
  if (bytes.length !== suitesAt + suitesLength) return undefined
  if (readUint16(bytes, 1) !== kemId) return undefined
  if (suitesLength === 0 || suitesLength % suiteBytes !== 0) return undefined
  const suites: SymmetricSuite[] = []
  for (let at = suitesAt; at < bytes.length; at += suiteBytes) {
    suites.push({ kdf: readUint16(bytes, at), aead: readUint16(bytes, at + 2) })
  }
  return { keyId: bytes[0] ?? 0, publicKey: copyOf(bytes, publicKeyAt, suitesLengthAt), suites }
}

export function encodeKeyConfigs(configs: readonly KeyConfig[]): Uint8Array {
  return concatenate(
    configs.flatMap((config) => {
      const encoded = encodeKeyConfig(config)
      return [uint16(encoded.length), encoded]
    }),
  )
}

/**
 * The configurations of a list that we understand, which may be none: what has another KEM is left out, as §3.2 wants.
 * Undefined when the list is broken, or a configuration with our KEM in it.
 */
export function decodeKeyConfigs(bytes: Uint8Array): readonly KeyConfig[] | undefined {
  const configs: KeyConfig[] = []
  let at = 0
  while (at < bytes.length) {
    const end = at + 2 + readUint16(bytes, at)
    if (end > bytes.length) return undefined
    const encoded = bytes.subarray(at + 2, end)
    if (encoded.length < publicKeyAt) return undefined
    if (readUint16(encoded, 1) === kemId) {
      const config = decodeKeyConfig(encoded)
      if (config === undefined) return undefined
      configs.push(config)
    }
    at = end
  }
  return configs
}
