/**
 * @module Chance for tests: the same seed gives the same bytes on every runtime. Never for a product: whoever knows a few
 * outputs knows the rest.
 */
import type { Randomness } from '#ports/clock.ts'

/**
 * The generator is sfc32 (Doty-Humphrey, PractRand): 128 bits of state and a counter, so that no two draws of a test
 * are alike.
 */
export function fakeRandomness(seed: string | number): Randomness {
  const text = String(seed)
  let a = hashOf(`a${text}`)
  let b = hashOf(`b${text}`)
  let c = hashOf(`c${text}`)
  let counter = 1
  const nextWord = (): number => {
    const word = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + word) | 0
    return word
  }
  // The first outputs still resemble the seed.
  for (let round = 0; round < 16; round++) nextWord()
  return (length) => {
    const bytes = new Uint8Array(length)
    for (let at = 0, word = 0; at < length; at++, word >>>= 8) {
      if (at % 4 === 0) word = nextWord()
      bytes[at] = word & 0xff
    }
    return bytes
  }
}

/** FNV-1a over the text's UTF-16 units. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  }
  return hash
}
