import { openPrimitives } from '@sotto/primitives/provider'
import { describe, expect, test } from 'vitest'
import { keyFor, keysAround, windowAt } from '#ohttp/windowed-keys.ts'

const primitives = await openPrimitives()
const secret = Uint8Array.from({ length: 32 }, (_, at) => at)

describe('the key of a window', () => {
  test('is the same at every start, and in every version', () => {
    const key = keyFor(primitives, secret, 20_777)
    expect(key.keyId).toBe(41)
    expect(key.privateKey.toHex()).toBe(
      '123ed88b5a675e1a8145683d9b7e119a48cf426ed1007332c526f4dd4726d433',
    )
    expect(key.publicKey).toEqual(primitives.x25519PublicKey(key.privateKey))
  })

  test('is another one for each window, and for each secret', () => {
    const keys = Array.from({ length: 600 }, (_, window) => keyFor(primitives, secret, window))
    const others = keyFor(
      primitives,
      secret.map((byte) => byte ^ 1),
      0,
    )
    const all = [...keys, others].map(({ privateKey }) => privateKey.toHex())
    expect(new Set(all).size).toBe(601)
    expect(keys.map(({ keyId }) => keyId).slice(254, 258)).toEqual([254, 255, 0, 1])
  })

  test('is accepted in the window before and after as well, and is the one to publish in its own', () => {
    const keys = keysAround(primitives, secret, 256)
    expect(keys).toEqual([256, 255, 257].map((window) => keyFor(primitives, secret, window)))
    expect(new Set(keys.map(({ keyId }) => keyId)).size).toBe(3)
  })

  test('has no window before the first', () => {
    const keys = keysAround(primitives, secret, 0)
    expect(keys).toEqual([0, 1].map((window) => keyFor(primitives, secret, window)))
  })

  test('needs a secret that is long enough, and a window that is one', () => {
    expect(() => keyFor(primitives, secret.slice(1), 0)).toThrow(RangeError)
    for (const window of [-1, 0.5, Number.NaN, 2 ** 53]) {
      expect(() => keyFor(primitives, secret, window)).toThrow(RangeError)
    }
  })
})

describe('windows', () => {
  test('follow one another without gap or overlap', () => {
    expect(windowAt(0, 86_400)).toBe(0)
    expect(windowAt(86_399.9, 86_400)).toBe(0)
    expect(windowAt(86_400, 86_400)).toBe(1)
    expect(windowAt(1_777_593_600, 86_400)).toBe(20_574)
  })

  test('have a length, and no number before the first', () => {
    for (const length of [0, -1, 0.5, Number.NaN]) {
      expect(() => windowAt(1, length)).toThrow(RangeError)
    }
    expect(() => windowAt(-1, 60)).toThrow(RangeError)
    expect(() => windowAt(Number.NaN, 60)).toThrow(RangeError)
  })
})
