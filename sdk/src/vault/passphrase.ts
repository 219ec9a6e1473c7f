/**
 * @module What counts as a passphrase, and the key that it gives. The same words typed on another keyboard are the same
 * passphrase: they are brought to NFKC first.
 */
import type { Argon2Cost, Argon2id } from '@sotto/primitives/argon2'
import { wipe } from '@sotto/primitives'
import { SottoError } from '#errors.ts'

/** In code points. */
export const minPassphrase = 12
const maxPassphrase = 1024

/** For a passphrase that is to be set. */
export function checkPassphrase(passphrase: string): void {
  const length = lengthOf(passphrase)
  if (length < minPassphrase) {
    throw new SottoError(
      'weak-passphrase',
      `Cannot use passphrase: it has ${length} characters of ${minPassphrase}`,
    )
  }
  if (length > maxPassphrase) {
    throw new SottoError(
      'invalid-argument',
      `Cannot use passphrase: it has ${length} characters of at most ${maxPassphrase}`,
    )
  }
}

/** Undefined for what no passphrase can be: it opens nothing. The key is the caller's to wipe; the text nobody can. */
export async function passphraseKey(
  argon2id: Argon2id,
  passphrase: string,
  salt: Uint8Array,
  cost: Argon2Cost,
): Promise<Uint8Array | undefined> {
  const length = lengthOf(passphrase)
  if (length === 0 || length > maxPassphrase) return undefined
  const bytes = new TextEncoder().encode(normal(passphrase))
  try {
    return await argon2id(bytes, salt, cost)
  } finally {
    wipe(bytes)
  }
}

function lengthOf(passphrase: string): number {
  return Array.from(normal(passphrase)).length
}

function normal(passphrase: string): string {
  return passphrase.normalize('NFKC')
}
