import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatenate } from '#bytes.ts'
import { bufferOf, truncationsOf, withEachBitFlipped } from '#hostile-for-tests.ts'
import {
  decodeKeyConfig,
  decodeKeyConfigs,
  encodeKeyConfig,
  encodeKeyConfigs,
  type KeyConfig,
} from '#ohttp/key-config.ts'
import vectors from '#vectors/rfc9458.json' with { type: 'json' }

const bytes = (hex: string): Uint8Array => Uint8Array.fromHex(hex)

const suite = fc.record({ kdf: fc.nat(0xffff), aead: fc.nat(0xffff) })
const anyConfig = fc.record({
  keyId: fc.nat(255),
  publicKey: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  suites: fc.array(suite, { minLength: 1, maxLength: 5 }),
})
const config: KeyConfig = {
  keyId: 0,
  publicKey: bytes('50a61409b1ddd0325e9b16b700e719e9772c07000b1bd7786e907c653d20495d'),
  suites: [{ kdf: 1, aead: 3 }],
}
const single = encodeKeyConfig(config)

describe('a configuration alone', () => {
  test('has the layout that clients of a single key and suite expect', () => {
    expect(single.toHex()).toBe(
      '00002050a61409b1ddd0325e9b16b700e719e9772c07000b1bd7786e907c653d20495d000400010003',
    )
  })

  test('of RFC 9458 is read and written', () => {
    const decoded = decodeKeyConfig(bytes(vectors.keyConfig))
    expect(decoded && encodeKeyConfig(decoded).toHex()).toBe(vectors.keyConfig)
  })

  test('comes back as it was, with suites that nobody knows', () => {
    fc.assert(
      fc.property(anyConfig, (any) => {
        expect(decodeKeyConfig(encodeKeyConfig(any))).toEqual(any)
      }),
    )
  })

  test('is refused when it is cut, or longer', () => {
    for (const cut of truncationsOf(single)) expect(decodeKeyConfig(cut)).toBeUndefined()
    expect(decodeKeyConfig(concatenate([single, Uint8Array.of(0)]))).toBeUndefined()
    const withHalfSuite = concatenate([single, Uint8Array.of(0, 1)])
    withHalfSuite[36] = 6
    expect(decodeKeyConfig(withHalfSuite)).toBeUndefined()
    expect(decodeKeyConfig(bytes(`000020${'09'.repeat(32)}0000`))).toBeUndefined()
  })

  test('with a bit changed is another one or none, and never one with another layout', () => {
    for (const broken of withEachBitFlipped(single)) {
      const decoded = decodeKeyConfig(broken)
      if (decoded !== undefined) expect(encodeKeyConfig(decoded)).toEqual(broken)
    }
  })

  test('with another KEM is none of ours', () => {
    const other = Uint8Array.from(single)
    other[2] = 0x10
    expect(decodeKeyConfig(other)).toBeUndefined()
  })

  test('does not hold on to what it was read from', () => {
    const wire = bufferOf(single)
    const decoded = decodeKeyConfig(wire)
    wire.fill(0)
    expect(decoded).toEqual(config)
  })

  test('is not written when it could not be read', () => {
    const broken: readonly KeyConfig[] = [
      { ...config, keyId: 256 },
      { ...config, keyId: -1 },
      { ...config, publicKey: new Uint8Array(31) },
      { ...config, suites: [] },
      { ...config, suites: Array.from({ length: 16_384 }, () => ({ kdf: 1, aead: 3 })) },
    ]
    for (const one of broken) expect(() => encodeKeyConfig(one)).toThrow(RangeError)
  })
})

describe('a list of configurations', () => {
  test('comes back as it was', () => {
    fc.assert(
      fc.property(fc.array(anyConfig, { maxLength: 4 }), (any) => {
        expect(decodeKeyConfigs(encodeKeyConfigs(any))).toEqual(any)
      }),
    )
  })

  test('has a length before each', () => {
    expect(encodeKeyConfigs([config]).toHex()).toBe(`0029${single.toHex()}`)
  })

  test('leaves out what has another KEM, whatever its form', () => {
    const other = bytes('0004' + '07' + '0010' + 'ff')
    const list = concatenate([other, encodeKeyConfigs([config]), other])
    expect(decodeKeyConfigs(list)).toEqual([config])
    expect(decodeKeyConfigs(other)).toEqual([])
  })

  test('is refused when one of ours is broken', () => {
    const broken = concatenate([bytes('0005' + '00' + '0020' + 'ffff'), encodeKeyConfigs([config])])
    expect(decodeKeyConfigs(broken)).toBeUndefined()
    expect(decodeKeyConfigs(bytes('00020000'))).toBeUndefined()
  })

  test('is refused when it is cut, other than between two', () => {
    const list = encodeKeyConfigs([config, config])
    for (const cut of truncationsOf(list)) {
      const whole = cut.length === 0 ? [] : cut.length === 43 ? [config] : undefined
      expect(decodeKeyConfigs(cut)).toEqual(whole)
    }
  })

  test('is refused when something that would be left out is cut', () => {
    const other = bytes('0004' + '07' + '0010' + 'ff')
    for (const cut of truncationsOf(other)) {
      expect(decodeKeyConfigs(cut)).toEqual(cut.length === 0 ? [] : undefined)
    }
  })

  test('is not mistaken for one alone, nor the other way round', () => {
    expect(decodeKeyConfig(encodeKeyConfigs([config]))).toBeUndefined()
    expect(decodeKeyConfigs(single)).toBeUndefined()
  })

  test('of arbitrary bytes is some list or none, and no exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (noise) => {
        for (const one of decodeKeyConfigs(noise) ?? []) encodeKeyConfig(one)
      }),
    )
  })
})
