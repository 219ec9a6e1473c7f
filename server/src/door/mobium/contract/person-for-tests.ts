/**
 * @module Somebody with an identity: an Ed25519 key pair by the runtime's own cryptography.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto'

export class Person {
  /** The public key. */
  readonly key: Uint8Array
  /** The same in hex. */
  readonly name: string
  readonly #secret: KeyObject

  constructor(secret: KeyObject) {
    const { x = '' } = createPublicKey(secret).export({ format: 'jwk' })
    this.key = Uint8Array.from(Buffer.from(x, 'base64url'))
    this.name = hex(this.key)
    this.#secret = secret
  }

  static draw(): Person {
    return new Person(generateKeyPairSync('ed25519').privateKey)
  }

  /** Of a seed of 32 bytes. */
  static of(seed: Uint8Array): Person {
    // RFC 8410: the seed behind a fixed head.
    const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
    return new Person(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }))
  }

  sign(message: Uint8Array): Uint8Array {
    return Uint8Array.from(sign(null, message, this.#secret))
  }

  /** What logs in on the connection with this nonce, in hex. */
  signLogin(nonce: string): string {
    return hex(this.sign(Buffer.concat([Buffer.from('Mobium-auth-v1'), unhex(nonce)])))
  }

  /** What binds an X25519 key to this identity, in hex. */
  signExchangeKey(exchangeKey: string): string {
    return hex(this.sign(Buffer.concat([Buffer.from('Mobium-x25519-bind-v1'), unhex(exchangeKey)])))
  }
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
}

export function unhex(text: string): Uint8Array {
  if (text.length % 2 !== 0 || /[^0-9a-f]/i.test(text)) {
    throw new TypeError('Cannot read hex: other characters, or half a byte')
  }
  return new Uint8Array(Buffer.from(text, 'hex'))
}

/** A text as the bytes of a payload, in hex. */
export function text(words: string): string {
  return Buffer.from(words).toString('hex')
}

/** So many random bytes in hex. */
export function draw(bytes = 32): string {
  return randomBytes(bytes).toString('hex')
}
