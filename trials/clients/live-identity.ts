/**
 * @module Who somebody is at the live door: an Ed25519 key that signs the relay's challenge.
 */
import { createPrivateKey, createPublicKey, randomBytes, sign, type KeyObject } from 'node:crypto'

/** In front of the 32 secret bytes of an Ed25519 key in PKCS #8 (RFC 8410). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
const publicKeyBytes = 32

export class LiveIdentity {
  readonly publicKey: Uint8Array
  /** The public key in hex. */
  readonly name: string
  readonly #secretKey: KeyObject

  constructor(secret: Uint8Array = randomBytes(32)) {
    const key = Buffer.concat([pkcs8Prefix, secret])
    this.#secretKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' })
    const encoded = createPublicKey(this.#secretKey).export({ format: 'der', type: 'spki' })
    this.publicKey = Uint8Array.from(encoded.subarray(-publicKeyBytes))
    this.name = Buffer.from(this.publicKey).toString('hex')
  }

  signLogin(nonce: Uint8Array): Uint8Array {
    return this.sign(Buffer.concat([Buffer.from('Mobium-auth-v1'), nonce]))
  }

  sign(message: Uint8Array): Uint8Array {
    return Uint8Array.from(sign(null, message, this.#secretKey))
  }
}
