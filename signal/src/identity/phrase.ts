/**
 * @module The 24 words of BIP39 from which everything of an identity can be made again: 256 bits of entropy and 8 of
 * checksum, in the English word list.
 *
 * `@sotto/signal/phrase`, a door of its own: the words are needed once in the life of a device, and weigh 14 kB.
 *
 * What a user types is forgiven its spaces, its capitals and its Unicode form; nothing else.
 */
import { entropyToMnemonic, mnemonicToEntropy, mnemonicToSeedSync } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { type Primitives, wipe } from '@sotto/primitives'
import { SignalError } from '#errors.ts'
import { ed25519SeedBytes, type Identity, identityFromSeed } from '#identity/identity.ts'
import { identityLabel } from '#labels.ts'
import type { Randomness } from '#randomness.ts'

export const phraseWords = 24

const entropyBytes = 32

/** Draws 32 bytes. */
export function generatePhrase(random: Randomness): string {
  const entropy = random(entropyBytes)
  const phrase = entropyToMnemonic(entropy, wordlist)
  entropy.fill(0)
  return phrase
}

export function identityFromPhrase(primitives: Primitives, phrase: string): Identity {
  const seed = seedOfPhrase(phrase)
  const identity = identityFromSeed(
    primitives,
    primitives.hkdfSha256(undefined, seed, identityLabel, ed25519SeedBytes),
  )
  wipe(seed)
  return identity
}

/** BIP39's seed: PBKDF2-HMAC-SHA-512 of the words, without a passphrase. 64 bytes. */
export function seedOfPhrase(phrase: string): Uint8Array {
  return mnemonicToSeedSync(checkPhrase(phrase))
}

/** The words as BIP39 writes them. A `SignalError` says what is wrong and never what was typed. */
export function checkPhrase(phrase: string): string {
  const words = phrase.normalize('NFKD').trim().toLowerCase().split(/\s+/u)
  if (words.length !== phraseWords) {
    throw invalidPhrase(`it has ${words.length} words of ${phraseWords}`)
  }
  const unknown = words.findIndex((word) => !wordlist.includes(word))
  if (unknown !== -1) throw invalidPhrase(`word ${unknown + 1} is not in the list`)
  const normal = words.join(' ')
  if (!hasValidChecksum(normal)) throw invalidPhrase('its checksum does not fit')
  return normal
}

function hasValidChecksum(phrase: string): boolean {
  try {
    mnemonicToEntropy(phrase, wordlist).fill(0)
    return true
  } catch {
    // The library's error is not passed on: it may quote the words.
    return false
  }
}

function invalidPhrase(reason: string): SignalError {
  return new SignalError('invalid-argument', `Cannot read recovery phrase: ${reason}`)
}
