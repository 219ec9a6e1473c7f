import { describe, expect, test } from 'vitest'
import { noblePrimitives } from '#provider-noble.ts'
import { hashesOf } from '#wasm/hashes-wasm.ts'
import { kernelBinary } from '#wasm/kernel-binary.ts'
import { openKernel } from '#wasm/kernel.ts'
import { mlKem1024Of, mlKem768Of } from '#wasm/ml-kem-wasm.ts'

describe('the kernel', () => {
  test('stays small, asks for nothing and has memory that cannot grow', async () => {
    expect(kernelBinary.length).toBeLessThan(30_000)
    const module = await WebAssembly.compile(Uint8Array.fromBase64(kernelBinary))
    expect(WebAssembly.Module.imports(module)).toEqual([])
    const { exports } = await WebAssembly.instantiate(module)
    const memory = exports['memory']
    if (!(memory instanceof WebAssembly.Memory)) throw new Error('Expected a memory')
    expect(memory.buffer.byteLength).toBe(2 * 65_536)
    expect(() => memory.grow(1)).toThrow(RangeError)
  })

  test('makes the same of 100 seeds as noble, also where it rejects', async () => {
    const kernel = await openKernel()
    const pairs = [
      [mlKem768Of(kernel), noblePrimitives.mlKem768],
      [mlKem1024Of(kernel), noblePrimitives.mlKem1024],
    ] as const
    for (let i = 0; i < 100; i++) {
      const seed = noblePrimitives.sha512(Uint8Array.of(i))
      const message = seed.slice(16, 48)
      for (const [ours, nobles] of pairs) {
        const keys = nobles.keyPair(seed)
        expect(ours.keyPair(seed)).toEqual(keys)
        const made = ours.encapsulate(keys.publicKey, message)
        if (made === undefined) throw new Error('Expected an encapsulation')
        expect(made).toEqual(nobles.encapsulate(keys.publicKey, message))
        expect(ours.decapsulate(keys.secretKey, made.ciphertext)).toEqual(made.sharedSecret)
        const spoilt = made.ciphertext
        const at = (i * 37) % spoilt.length
        spoilt[at] = (spoilt[at] as number) ^ (1 << (i & 7))
        expect(ours.decapsulate(keys.secretKey, spoilt)).toEqual(
          nobles.decapsulate(keys.secretKey, spoilt),
        )
      }
    }
  })

  test('keeps nothing of a call, whether it succeeds or refuses', async () => {
    const kernel = await openKernel()
    const clean = kernel.memory.slice()
    const hashes = hashesOf(kernel)
    const seed = new Uint8Array(64).fill(0xa5)
    const half = seed.subarray(0, 32)
    const long = new Uint8Array(20_000).fill(0xa5)
    const whole = mlKem768Of(kernel)
    const { publicKey, secretKey } = whole.keyPair(seed)
    const header = new Uint8Array([
      ...publicKey.subarray(1152),
      ...noblePrimitives.sha3_256(publicKey),
    ])
    const vector = publicKey.subarray(0, 1152)
    const calls: readonly (readonly [string, () => unknown])[] = [
      ['sha256', () => hashes.sha256(seed, half)],
      ['sha256 of much', () => hashes.sha256(long)],
      ['sha3', () => hashes.sha3_256(seed)],
      ['shake', () => hashes.shake256(500, seed)],
      ['shake of and to much', () => hashes.shake256(20_000, long)],
      ['hmac', () => hashes.hmacSha256(half, seed)],
      ['hmac of much', () => hashes.hmacSha256(long, long)],
      ['hkdf', () => hashes.hkdfSha256(half, seed, half, 81)],
      ['hkdf to much', () => hashes.hkdfSha256(half, seed, half, 255 * 32)],
      ['hkdf of much', () => hashes.hkdfSha256(half, long, half, 81)],
      ['key pair', () => whole.keyPair(seed)],
      ['encapsulate', () => whole.encapsulate(publicKey, half)],
      ['refuse', () => whole.encapsulate(new Uint8Array(1184).fill(0xff), half)],
      ['decapsulate', () => whole.decapsulate(secretKey, new Uint8Array(1088).fill(1))],
      [
        'damaged key',
        () => {
          const damaged = new Uint8Array(2400).fill(0xa5)
          expect(() => whole.decapsulate(damaged, new Uint8Array(1088))).toThrow(RangeError)
        },
      ],
      ['first half', () => whole.encapsulateFirst(header, half)],
      ['second half', () => whole.encapsulateSecond(header, vector, half)],
      [
        'second half refused',
        () =>
          whole.encapsulateSecond(
            header,
            vector.map(() => 255),
            half,
          ),
      ],
    ]
    for (const [name, call] of calls) {
      call()
      const left = kernel.memory.findIndex((byte, at) => byte !== clean[at])
      expect({ name, left }).toEqual({ name, left: -1 })
    }
  })

  test('does its sums alike after wiping: two openings and many calls agree', async () => {
    const [first, second] = [hashesOf(await openKernel()), hashesOf(await openKernel())]
    const data = new Uint8Array(100).fill(3)
    const before = first.hmacSha256(data, data)
    first.sha3_256(data)
    first.hkdfSha256(data, data, data, 99)
    expect(first.hmacSha256(data, data)).toEqual(before)
    expect(second.hmacSha256(data, data)).toEqual(before)
  })
})
