/**
 * @module AES and ChaCha20 by `node:crypto`, which calculates AES with the processor's own instructions.
 */
import { createCipheriv, createDecipheriv, getCiphers } from 'node:crypto'
import { attempt } from '#attempt.ts'
import { ciphers as byNoble, type Ciphers } from '#ciphers-noble.ts'
import type { Aead } from '#provider.ts'
import { blockBytes, keyBytes, nonceBytes, requireBytes, tagBytes } from '#sizes.ts'

const cbc = 'aes-256-cbc'
const ctr = 'aes-256-ctr'
const gcm = 'aes-256-gcm'
const chaCha = 'chacha20-poly1305'
const empty = new Uint8Array(0)

export const ciphers: Ciphers = {
  encryptAesCbc: (key, iv, plaintext) => {
    requireBytes('key', key, keyBytes)
    requireBytes('iv', iv, blockBytes)
    const cipher = createCipheriv(cbc, key, iv)
    return join(cipher.update(plaintext), cipher.final())
  },
  decryptAesCbc: (key, iv, ciphertext) => {
    requireBytes('key', key, keyBytes)
    requireBytes('iv', iv, blockBytes)
    if (ciphertext.length === 0 || ciphertext.length % blockBytes !== 0) return undefined
    const decipher = createDecipheriv(cbc, key, iv)
    const start = decipher.update(ciphertext)
    const plaintext = attempt(() => join(start, decipher.final()))
    start.fill(0)
    return plaintext
  },
  aesCtr: (key, counterBlock, data) => {
    requireBytes('key', key, keyBytes)
    requireBytes('counter block', counterBlock, blockBytes)
    return join(createCipheriv(ctr, key, counterBlock).update(data), empty)
  },
  aesGcm: aead(gcm),
  // OpenSSL knows it, `node:crypto` does not let it be used.
  aesGcmSiv: byNoble.aesGcmSiv,
  // Bun's has none.
  chaCha20Poly1305: getCiphers().includes(chaCha) ? aead(chaCha) : byNoble.chaCha20Poly1305,
}

function aead(name: typeof gcm | typeof chaCha): Aead {
  // The overloads tell the two names apart, but ask the same of both.
  const algorithm = name as typeof gcm
  const options = { authTagLength: tagBytes }
  return {
    seal: (key, nonce, plaintext, associatedData) => {
      requireBytes('key', key, keyBytes)
      requireBytes('nonce', nonce, nonceBytes)
      const cipher = createCipheriv(algorithm, key, nonce, options)
      if (associatedData !== undefined) cipher.setAAD(associatedData)
      const start = cipher.update(plaintext)
      cipher.final()
      return join(start, cipher.getAuthTag())
    },
    open: (key, nonce, sealed, associatedData) => {
      requireBytes('key', key, keyBytes)
      requireBytes('nonce', nonce, nonceBytes)
      if (sealed.length < tagBytes) return undefined
      const decipher = createDecipheriv(algorithm, key, nonce, options)
      if (associatedData !== undefined) decipher.setAAD(associatedData)
      decipher.setAuthTag(sealed.subarray(-tagBytes))
      const start = decipher.update(sealed.subarray(0, -tagBytes))
      const plaintext = attempt(() => join(start, decipher.final()))
      start.fill(0)
      return plaintext
    },
  }
}

/** Into memory of its own: a Buffer's may be part of a pool. */
function join(start: Uint8Array, end: Uint8Array): Uint8Array {
  const whole = new Uint8Array(start.length + end.length)
  whole.set(start)
  whole.set(end, start.length)
  return whole
}
