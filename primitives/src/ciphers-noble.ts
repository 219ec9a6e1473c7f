/**
 * @module AES and ChaCha20 in TypeScript, by noble: where the platform has none that is synchronous.
 *
 * noble's AES looks its S-box up in tables, so its time depends a little on the key, by way of the processor's caches.
 * Where the platform has AES, only AES-GCM-SIV is taken from here.
 */
import { cbc, ctr, gcm, gcmsiv } from '@noble/ciphers/aes.js'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import type { CipherWithOutput } from '@noble/ciphers/utils.js'
import { attempt } from '#attempt.ts'
import type { Aead, Primitives } from '#provider.ts'
import { blockBytes, keyBytes, nonceBytes, requireBytes, tagBytes } from '#sizes.ts'

export type Ciphers = Pick<
  Primitives,
  'encryptAesCbc' | 'decryptAesCbc' | 'aesCtr' | 'aesGcm' | 'aesGcmSiv' | 'chaCha20Poly1305'
>

export const ciphers: Ciphers = {
  encryptAesCbc: (key, iv, plaintext) => {
    requireBytes('key', key, keyBytes)
    requireBytes('iv', iv, blockBytes)
    return cbc(key, iv).encrypt(plaintext)
  },
  decryptAesCbc: (key, iv, ciphertext) => {
    requireBytes('key', key, keyBytes)
    requireBytes('iv', iv, blockBytes)
    if (ciphertext.length === 0 || ciphertext.length % blockBytes !== 0) return undefined
    // noble's is a view that ends before the padding.
    return attempt(() => cbc(key, iv).decrypt(ciphertext).slice())
  },
  aesCtr: (key, counterBlock, data) => {
    requireBytes('key', key, keyBytes)
    requireBytes('counter block', counterBlock, blockBytes)
    return ctr(key, counterBlock).encrypt(data)
  },
  aesGcm: aead(gcm),
  aesGcmSiv: aead(gcmsiv),
  chaCha20Poly1305: aead(chacha20poly1305),
}

function aead(
  cipher: (key: Uint8Array, nonce: Uint8Array, associatedData?: Uint8Array) => CipherWithOutput,
): Aead {
  return {
    seal: (key, nonce, plaintext, associatedData) => {
      requireBytes('key', key, keyBytes)
      requireBytes('nonce', nonce, nonceBytes)
      return cipher(key, nonce, associatedData).encrypt(plaintext)
    },
    open: (key, nonce, sealed, associatedData) => {
      requireBytes('key', key, keyBytes)
      requireBytes('nonce', nonce, nonceBytes)
      if (sealed.length < tagBytes) return undefined
      return attempt(() => cipher(key, nonce, associatedData).decrypt(sealed))
    },
  }
}
