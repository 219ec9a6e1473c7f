/**
 * @module Argon2id by `node:crypto`, in a thread of the platform's pool: `@sotto/primitives/argon2` on servers.
 */
import * as crypto from 'node:crypto'
import { type Argon2id, requireArgon2 } from '#argon2.ts'

export type { Argon2Cost, Argon2id } from '#argon2.ts'

export const argon2id: Argon2id = async (password, salt, cost) => {
  // Node has it since 24.7.
  if (typeof crypto.argon2 !== 'function') {
    const portable = await import('#argon2-wasm.ts')
    return await portable.argon2id(password, salt, cost)
  }
  requireArgon2(password, salt, cost)
  const parameters = {
    message: password,
    nonce: salt,
    memory: cost.memoryKib,
    passes: cost.passes,
    parallelism: cost.parallelism,
    tagLength: cost.length,
  }
  return await new Promise((resolve, reject) => {
    crypto.argon2('argon2id', parameters, (error, result) => {
      if (error === null) resolve(Uint8Array.from(result))
      else reject(error)
    })
  })
}
