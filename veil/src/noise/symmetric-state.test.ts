import { describe, expect, test } from 'vitest'
import { protocolName } from '#noise/nk.ts'
import { none, primitives, text } from '#noise/session-for-tests.ts'
import {
  CipherState,
  hmacBlake2s,
  noiseHkdf,
  nonceOf,
  SymmetricState,
} from '#noise/symmetric-state.ts'

describe('HMAC with BLAKE2s', () => {
  test('is what an independent implementation says', () => {
    const key = Uint8Array.from({ length: 32 }, (_, at) => at)
    expect(hmacBlake2s(primitives, key, text('abc')).toHex()).toBe(
      '82623be5bc0a391b24dce53e67d028eff92d586de0485ac37822e597d049c74f',
    )
    expect(hmacBlake2s(primitives, new Uint8Array(64).fill(1), text('')).toHex()).toBe(
      '3065950f8c1f432ba6a8b60cd222db2d83dbe22be511bbbf220fe4efb97bf735',
    )
  })

  test('takes no key that would have to be hashed first', () => {
    expect(() => hmacBlake2s(primitives, new Uint8Array(65), text(''))).toThrow(RangeError)
  })

  test('gives two keys that have nothing in common', () => {
    const [first, second] = noiseHkdf(primitives, new Uint8Array(32), text('x'))
    expect([first.length, second.length]).toEqual([32, 32])
    expect(first).not.toEqual(second)
  })
})

describe('the number of a message', () => {
  test('stands little-endian behind four zeros', () => {
    expect(nonceOf(0).toHex()).toBe('000000000000000000000000')
    expect(nonceOf(0x0102).toHex()).toBe('000000000201000000000000')
    expect(nonceOf(2 ** 32 - 1).toHex()).toBe('00000000ffffffff00000000')
    expect(nonceOf(2 ** 40 + 5).toHex()).toBe('000000000500000000010000')
  })

  test('is spent by sealing, and by opening only what opens', () => {
    const key = new Uint8Array(32).fill(1)
    const [sending, receiving] = [key, key].map((one) => new CipherState(primitives, one.slice()))
    if (sending === undefined || receiving === undefined) throw new Error('No ciphers')
    const first = sending.seal(none, text('a'))
    const second = sending.seal(none, text('a'))
    expect(first).not.toEqual(second)
    expect(receiving.open(none, second)).toBeUndefined()
    expect(receiving.open(none, first)).toEqual(text('a'))
    expect(receiving.open(none, second)).toEqual(text('a'))
  })
})

describe('a handshake', () => {
  test('needs a key before it says anything', () => {
    const state = new SymmetricState(primitives, text(protocolName))
    expect(() => state.seal(text('a'))).toThrow(TypeError)
    expect(() => state.open(text('a'))).toThrow(TypeError)
  })
})
