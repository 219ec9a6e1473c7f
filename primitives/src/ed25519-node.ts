/**
 * @module Ed25519 by the platform: `node:crypto`, in Node (OpenSSL) and in Bun (BoringSSL). The fast provider.
 */
import { createPublicKey, verify } from 'node:crypto'
import { isStrict, type VerifyEd25519 } from '#ed25519.ts'

/** SubjectPublicKeyInfo of an Ed25519 key up to its 32 bytes (RFC 8410 §4). */
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex')

export const verifyEd25519: VerifyEd25519 = (publicKey, message, signature) => {
  if (!isStrict(publicKey, signature)) return false
  const key = createPublicKey({
    key: Buffer.concat([spkiPrefix, publicKey]),
    format: 'der',
    type: 'spki',
  })
  return verify(null, message, key, signature)
}
