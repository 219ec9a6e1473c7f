import type { Primitives } from '@sotto/primitives'
import { openPrimitives } from '@sotto/primitives/provider'
import { noblePrimitives } from '@sotto/primitives/provider/noble'
import fc from 'fast-check'
import { type AEAD, NotSupportedError } from 'hpke'
import { describe, expect, test } from 'vitest'
import { concatenate } from '#bytes.ts'
import {
  bufferOf,
  countingRandom,
  replay,
  truncationsOf,
  withEachBitFlipped,
  withEachByteFlipped,
} from '#hostile-for-tests.ts'
import { encapsulateRequest, openResponse } from '#ohttp/client.ts'
import { openWithKeys } from '#ohttp/encapsulation.ts'
import { configOf, openRequest, type OpenedRequest, sealResponse } from '#ohttp/gateway.ts'
import { decodeKeyConfig, type KeyConfig } from '#ohttp/key-config.ts'
import { aes128Gcm, chaCha20Poly1305, cipherOf, knownAeads, knownSuites } from '#ohttp/suites.ts'
import { keyFor, keysAround } from '#ohttp/windowed-keys.ts'
import vectors from '#vectors/rfc9458.json' with { type: 'json' }

const primitives = await openPrimitives()
const bytes = (hex: string): Uint8Array => Uint8Array.fromHex(hex)
const text = (value: string): Uint8Array => new TextEncoder().encode(value)

const secret = new Uint8Array(32).fill(9)
const keys = keysAround(primitives, secret, 20_000)
const key = keys[0]

function suiteOf(aead: number): readonly { readonly kdf: number; readonly aead: number }[] {
  return [{ kdf: 1, aead }]
}

async function encapsulate(
  request: Uint8Array,
  config: KeyConfig = configOf(key),
): Promise<NonNullable<Awaited<ReturnType<typeof encapsulateRequest>>>> {
  const sent = await encapsulateRequest(primitives, countingRandom(), config, request)
  if (sent === undefined) throw new Error('Not encapsulated')
  return sent
}

async function open(message: Uint8Array): Promise<OpenedRequest & { readonly kind: 'opened' }> {
  const opened = await openRequest(primitives, keys, message)
  if (opened.kind !== 'opened') throw new Error(`Not opened: ${opened.kind}`)
  return opened
}

describe('the example of RFC 9458', () => {
  const privateKey = bytes(vectors.privateKey)

  for (const provider of [primitives, noblePrimitives]) {
    test(`comes out byte for byte, by ${provider.name}`, async () => {
      const config = decodeKeyConfig(bytes(vectors.keyConfig))
      if (config === undefined) throw new Error('Not decoded')
      const publicKey = provider.x25519PublicKey(privateKey)
      expect(config).toEqual({
        keyId: 1,
        publicKey,
        suites: [
          { kdf: 1, aead: aes128Gcm },
          { kdf: 1, aead: chaCha20Poly1305 },
        ],
      })

      const ephemeral = replay(bytes(vectors.ephemeralPrivateKey))
      const sent = await encapsulateRequest(provider, ephemeral, config, bytes(vectors.request))
      expect(sent?.message.toHex()).toBe(vectors.encapsulatedRequest)
      expect(sent?.context.secret.toHex()).toBe(vectors.exportedSecret)

      const gatewayKey = { keyId: 1, privateKey, publicKey }
      const opened = await openRequest(provider, [gatewayKey], bytes(vectors.encapsulatedRequest))
      if (opened.kind !== 'opened' || sent === undefined) throw new Error('Not opened')
      expect(opened.request.toHex()).toBe(vectors.request)
      expect(opened.keyId).toBe(1)
      expect(opened.context).toEqual(sent.context)

      const nonce = replay(bytes(vectors.responseNonce))
      const answer = await sealResponse(provider, nonce, opened.context, bytes(vectors.response))
      expect(answer.toHex()).toBe(vectors.encapsulatedResponse)
      const response = await openResponse(provider, sent.context, answer)
      expect(response?.toHex()).toBe(vectors.response)
    })
  }
})

describe.each(knownAeads)('with AEAD %i', (aead) => {
  const config = configOf(key, suiteOf(aead))

  test('request and response of any content and length arrive', async () => {
    const contents = fc.uint8Array({ maxLength: 2_000 })
    await fc.assert(
      fc.asyncProperty(contents, contents, async (request, response) => {
        const { message, context } = await encapsulate(request, config)
        const opened = await open(message)
        expect(opened.request).toEqual(request)
        expect(opened.encapsulatedKey).toEqual(message.slice(7, 39))
        const answer = await sealResponse(primitives, countingRandom(), opened.context, response)
        expect(await openResponse(primitives, context, answer)).toEqual(response)
      }),
      { numRuns: 30 },
    )
  })

  test('what travels is as much longer than what is sent, whatever it is', async () => {
    const { message } = await encapsulate(new Uint8Array(100), config)
    expect(message.length).toBe(100 + 7 + 32 + 16)
    const { context } = await open(message)
    const answer = await sealResponse(primitives, countingRandom(), context, new Uint8Array(100))
    expect(answer.length).toBe(100 + (aead === aes128Gcm ? 16 : 32) + 16)
  })

  test('a request with any byte or bit changed is not opened', async () => {
    const { message } = await encapsulate(text('request'), config)
    const changed = [...withEachByteFlipped(message), ...withEachBitFlipped(message)]
    for (const broken of changed) {
      // The topmost bit of a curve point is ignored (RFC 7748 §5), and still bound to the key schedule.
      expect((await openRequest(primitives, keys, broken)).kind).not.toBe('opened')
    }
  })

  test('a request that is cut or longer is refused', async () => {
    const { message } = await encapsulate(text('request'), config)
    for (const cut of truncationsOf(message)) {
      expect(await openRequest(primitives, keys, cut)).toEqual({ kind: 'refused' })
    }
    const longer = concatenate([message, Uint8Array.of(0)])
    expect(await openRequest(primitives, keys, longer)).toEqual({ kind: 'refused' })
  })

  test('a response with any bit changed, or cut, is not opened', async () => {
    const { message, context } = await encapsulate(text('request'), config)
    const opened = await open(message)
    const answer = await sealResponse(primitives, countingRandom(), opened.context, text('yes'))
    for (const broken of [...withEachBitFlipped(answer), ...truncationsOf(answer)]) {
      expect(await openResponse(primitives, context, broken)).toBeUndefined()
    }
  })
})

describe('a gateway', () => {
  test('opens what was sealed for the window before and the one after', async () => {
    for (const window of [19_999, 20_000, 20_001]) {
      const config = configOf(keyFor(primitives, secret, window))
      const { message } = await encapsulate(text('hello'), config)
      const opened = await open(message)
      expect(opened.request).toEqual(text('hello'))
      expect(opened.keyId).toBe(window % 256)
    }
  })

  test('does not know the keys of other windows', async () => {
    for (const window of [19_998, 20_002]) {
      const config = configOf(keyFor(primitives, secret, window))
      const { message } = await encapsulate(text('hello'), config)
      expect(await openRequest(primitives, keys, message)).toEqual({ kind: 'unknown-key' })
    }
  })

  test('refuses what was sealed for another key with the same id', async () => {
    const config = configOf(keyFor(primitives, secret, 20_000 - 256))
    expect(config.keyId).toBe(key.keyId)
    const { message } = await encapsulate(text('hello'), config)
    expect(await openRequest(primitives, keys, message)).toEqual({ kind: 'refused' })
  })

  test('does not know a KEM, KDF or AEAD that is not ours', async () => {
    const { message } = await encapsulate(text('hello'))
    for (const [at, value] of [
      [2, 0x10],
      [4, 0x02],
      [6, 0x02],
    ] as const) {
      const other = Uint8Array.from(message)
      other[at] = value
      expect(await openRequest(primitives, keys, other)).toEqual({ kind: 'unknown-key' })
    }
  })

  test('opens no suite that it does not offer', async () => {
    const { message } = await encapsulate(text('hello'), configOf(key, suiteOf(aes128Gcm)))
    const opened = await openRequest(primitives, keys, message, suiteOf(chaCha20Poly1305))
    expect(opened).toEqual({ kind: 'unknown-key' })
  })

  test('refuses an encapsulated key of low order', async () => {
    const { message } = await encapsulate(text('hello'))
    const zero = Uint8Array.from(message)
    zero.fill(0, 7, 39)
    expect(await openRequest(primitives, keys, zero)).toEqual({ kind: 'refused' })
  })

  test('changes nothing of what it is given', async () => {
    const { message } = await encapsulate(text('hello'))
    const [before, privateKey] = [message.slice(), key.privateKey.slice()]
    await open(message)
    expect(message).toEqual(before)
    expect(key.privateKey).toEqual(privateKey)
  })

  test('does not hold on to what it was read from', async () => {
    const { message, context } = await encapsulate(text('hello'))
    const buffer = bufferOf(message)
    const opened = await open(buffer)
    buffer.fill(0)
    expect(opened.encapsulatedKey).toEqual(message.slice(7, 39))
    expect(opened.context).toEqual(context)
    expect(opened.request).toEqual(text('hello'))
  })

  test('takes bytes that lie in the middle of others', async () => {
    const { message } = await encapsulate(text('hello'))
    const around = concatenate([new Uint8Array(5), message, new Uint8Array(5)])
    const opened = await open(around.subarray(5, 5 + message.length))
    expect(opened.request).toEqual(text('hello'))
  })
})

describe('a client', () => {
  test('takes the first suite that it speaks, in the order of the gateway', async () => {
    const unknown = [
      { kdf: 1, aead: 2 },
      { kdf: 2, aead: 3 },
    ]
    const config = { ...configOf(key), suites: [...unknown, ...suiteOf(1), ...suiteOf(3)] }
    const { message, context } = await encapsulate(text('a'), config)
    expect(message.slice(0, 7).toHex()).toBe(`${Uint8Array.of(key.keyId).toHex()}002000010001`)
    expect(context.aead).toBe(aes128Gcm)
    const random = countingRandom()
    const none = { ...config, suites: unknown }
    expect(await encapsulateRequest(primitives, random, none, text('a'))).toBeUndefined()
  })

  test('prefers ChaCha20-Poly1305 when the gateway is ours', () => {
    expect(knownSuites).toEqual([
      { kdf: 1, aead: 3 },
      { kdf: 1, aead: 1 },
    ])
  })

  test('seals nothing for a key of low order', async () => {
    const config = { ...configOf(key), publicKey: new Uint8Array(32) }
    const sent = await encapsulateRequest(primitives, countingRandom(), config, text('a'))
    expect(sent).toBeUndefined()
  })

  test('opens no answer to another of its requests', async () => {
    const random = countingRandom()
    const [first, second] = await Promise.all(
      ['a', 'b'].map((word) => encapsulateRequest(primitives, random, configOf(key), text(word))),
    )
    if (first === undefined || second === undefined) throw new Error('Not encapsulated')
    const opened = await open(first.message)
    const answer = await sealResponse(primitives, random, opened.context, text('yes'))
    expect(await openResponse(primitives, second.context, answer)).toBeUndefined()
    expect(await openResponse(primitives, first.context, answer)).toEqual(text('yes'))
  })

  test('sends different bytes each time', async () => {
    const random = countingRandom()
    const sent = async (): Promise<string | undefined> =>
      (await encapsulateRequest(primitives, random, configOf(key), text('a')))?.message.toHex()
    expect(await sent()).not.toBe(await sent())
  })

  test('uses no randomness of the wrong length', async () => {
    const short = (): Uint8Array => new Uint8Array(31)
    const sent = encapsulateRequest(primitives, short, configOf(key), text('a'))
    await expect(sent).rejects.toThrow(RangeError)
    const { context } = await open((await encapsulate(text('a'))).message)
    await expect(sealResponse(primitives, short, context, text('a'))).rejects.toThrow(RangeError)
  })
})

describe('a broken world', () => {
  const broken: Primitives = {
    ...primitives,
    hmacSha256: () => {
      throw new Error('broken')
    },
  }

  test("is thrown, and taken for nobody's fault", async () => {
    const { message } = await encapsulate(text('a'))
    await expect(openRequest(broken, keys, message)).rejects.toThrow()
    const sent = encapsulateRequest(broken, countingRandom(), configOf(key), text('a'))
    await expect(sent).rejects.toThrow()
  })

  test('is also one without the cipher', async () => {
    const cipher: AEAD = {
      ...cipherOf(primitives, chaCha20Poly1305),
      Open: () => Promise.reject(new NotSupportedError('none')),
    }
    const lacking = { cipher, key: new Uint8Array(32), nonce: new Uint8Array(12) }
    await expect(openWithKeys(lacking, new Uint8Array(16))).rejects.toThrow(NotSupportedError)
  })
})
