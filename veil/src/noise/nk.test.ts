import type { Primitives } from '@sotto/primitives'
import { noblePrimitives } from '@sotto/primitives/provider/noble'
import fc from 'fast-check'
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
import { accept, type Finished, initiate, protocolName } from '#noise/nk.ts'
import {
  handshake,
  none,
  primitives,
  privateKey,
  responderKey,
  staticKey,
  text,
} from '#noise/session-for-tests.ts'
import { SymmetricState } from '#noise/symmetric-state.ts'
import vectors from '#vectors/noise-nk.json' with { type: 'json' }

const bytes = (hex: string): Uint8Array => Uint8Array.fromHex(hex)

describe('the published vector', () => {
  for (const provider of [primitives, noblePrimitives]) {
    test(`comes out byte for byte, by ${provider.name}`, () => {
      const [first, second, ...rest] = vectors.messages
      if (first === undefined || second === undefined) throw new Error('No messages')
      expect(vectors.protocol_name).toBe(protocolName)

      const started = initiate(provider, replay(bytes(vectors.init_ephemeral)), {
        responderKey: bytes(vectors.init_remote_static),
        prologue: bytes(vectors.init_prologue),
        payload: bytes(first.payload),
      })
      expect(started.message.toHex()).toBe(first.ciphertext)

      const own = bytes(vectors.resp_static)
      const accepted = accept(
        provider,
        replay(bytes(vectors.resp_ephemeral)),
        {
          staticKey: { privateKey: own, publicKey: provider.x25519PublicKey(own) },
          prologue: bytes(vectors.resp_prologue),
        },
        started.message,
      )
      expect(accepted?.payload.toHex()).toBe(first.payload)
      const answered = accepted?.answer(bytes(second.payload))
      expect(answered?.message.toHex()).toBe(second.ciphertext)

      const finished = answered && started.finish(answered.message)
      if (answered === undefined || finished === undefined) throw new Error('Not finished')
      expect(finished.payload.toHex()).toBe(second.payload)
      expect(finished.transport.handshakeHash.toHex()).toBe(vectors.handshake_hash)
      expect(answered.transport.handshakeHash.toHex()).toBe(vectors.handshake_hash)

      expect(rest.length).toBeGreaterThan(3)
      for (const [at, { payload, ciphertext }] of rest.entries()) {
        const ends = [finished.transport, answered.transport] as const
        const [from, to] = at % 2 === 0 ? ends : ([ends[1], ends[0]] as const)
        const sealed = from.seal(bytes(payload))
        expect(sealed.toHex()).toBe(ciphertext)
        expect(to.open(sealed)?.toHex()).toBe(payload)
      }
    })
  }
})

describe('a handshake', () => {
  test('carries any payloads, and ends with the same hash at both ends', () => {
    const some = fc.uint8Array({ maxLength: 500 })
    fc.assert(
      fc.property(some, some, some, (prologue, hello, welcome) => {
        const random = countingRandom()
        const started = initiate(primitives, random, { responderKey, prologue, payload: hello })
        expect(started.message).toHaveLength(hello.length + 48)
        const accepted = accept(primitives, random, { staticKey, prologue }, started.message)
        expect(accepted?.payload).toEqual(hello)
        const answered = accepted?.answer(welcome)
        expect(answered?.message).toHaveLength(welcome.length + 48)
        const finished = answered && started.finish(answered.message)
        expect(finished?.payload).toEqual(welcome)
        expect(finished?.transport.handshakeHash).toEqual(answered?.transport.handshakeHash)
      }),
      { numRuns: 30 },
    )
  })

  test('whose first message was changed anywhere, cut or lengthened is not accepted', () => {
    const random = countingRandom()
    const { message } = initiate(primitives, random, { responderKey, payload: text('hi') })
    const longer = concatenate([message, Uint8Array.of(0)])
    const all = [
      ...withEachByteFlipped(message),
      ...withEachBitFlipped(message),
      ...truncationsOf(message),
      longer,
    ]
    for (const broken of all) {
      expect(accept(primitives, random, { staticKey }, broken)).toBeUndefined()
    }
    expect(accept(primitives, random, { staticKey }, message)).toBeDefined()
  })

  test('whose answer was changed anywhere or cut is not finished', () => {
    const conversation = (change: (answer: Uint8Array) => Uint8Array): Finished | undefined => {
      const random = countingRandom()
      const started = initiate(primitives, random, { responderKey })
      const accepted = accept(primitives, random, { staticKey }, started.message)
      if (accepted === undefined) throw new Error('Not accepted')
      return started.finish(change(accepted.answer(text('ok')).message))
    }
    let answer = new Uint8Array(0)
    const finished = conversation((message) => (answer = Uint8Array.from(message)))
    expect(finished?.payload).toEqual(text('ok'))
    for (const broken of [...withEachBitFlipped(answer), ...truncationsOf(answer)]) {
      expect(conversation(() => broken)).toBeUndefined()
    }
  })

  test('with another prologue at each end fails', () => {
    const random = countingRandom()
    const { message } = initiate(primitives, random, { responderKey, prologue: text('a') })
    expect(accept(primitives, random, { staticKey, prologue: text('b') }, message)).toBeUndefined()
    expect(accept(primitives, random, { staticKey }, message)).toBeUndefined()
  })

  test('with somebody else than was meant fails', () => {
    const random = countingRandom()
    const otherKey = new Uint8Array(32).fill(6)
    const other = { privateKey: otherKey, publicKey: primitives.x25519PublicKey(otherKey) }
    const { message } = initiate(primitives, random, { responderKey })
    expect(accept(primitives, random, { staticKey: other }, message)).toBeUndefined()
    const pretender = { privateKey: otherKey, publicKey: responderKey }
    expect(accept(primitives, random, { staticKey: pretender }, message)).toBeUndefined()
  })

  test('takes no ephemeral key of low order', () => {
    const random = countingRandom()
    const { message, finish } = initiate(primitives, random, { responderKey })
    const zero = Uint8Array.from(message).fill(0, 0, 32)
    expect(accept(primitives, random, { staticKey }, zero)).toBeUndefined()
    expect(finish(zero)).toBeUndefined()
  })

  test('is not begun with a responder key of low order or of a wrong length', () => {
    for (const length of [31, 32, 33]) {
      const key = new Uint8Array(length)
      expect(() => initiate(primitives, countingRandom(), { responderKey: key })).toThrow(
        RangeError,
      )
    }
  })

  test('can be finished once, and a failure is final', () => {
    const random = countingRandom()
    const started = initiate(primitives, random, { responderKey })
    const accepted = accept(primitives, random, { staticKey }, started.message)
    const answer = accepted?.answer().message ?? new Uint8Array(0)
    expect(() => accepted?.answer()).toThrow(TypeError)
    expect(started.finish(answer.slice(1))).toBeUndefined()
    expect(() => started.finish(answer)).toThrow(TypeError)
  })

  test('has payloads up to what fits into a message, and none beyond', () => {
    const random = countingRandom()
    const payload = new Uint8Array(65_535 - 48)
    const started = initiate(primitives, random, { responderKey, payload })
    expect(started.message).toHaveLength(65_535)
    const accepted = accept(primitives, random, { staticKey }, started.message)
    expect(accepted?.payload).toEqual(payload)
    const beyond = new Uint8Array(payload.length + 1)
    expect(() => initiate(primitives, random, { responderKey, payload: beyond })).toThrow(
      RangeError,
    )
    expect(() => accepted?.answer(beyond)).toThrow(RangeError)
    // That was a mistake of the caller's, and cost nothing.
    expect(accepted?.answer(payload).message).toHaveLength(65_535)
  })

  test('does not hold on to what it was read from', () => {
    const random = countingRandom()
    const started = initiate(primitives, random, { responderKey })
    const buffer = bufferOf(started.message)
    const accepted = accept(primitives, random, { staticKey }, buffer)
    buffer.fill(0)
    expect(started.finish(accepted?.answer().message ?? none)).toBeDefined()
  })

  test('leaves the static key as it was', () => {
    handshake()
    expect(privateKey).toEqual(new Uint8Array(32).fill(5))
  })
})

describe('a peer that does not keep to the limits', () => {
  test('is not accepted with a first message longer than any, though it fits otherwise', () => {
    const ephemeral = new Uint8Array(32).fill(7)
    const craft = (length: number): Uint8Array => {
      const state = new SymmetricState(primitives, text(protocolName))
      const ephemeralPublic = primitives.x25519PublicKey(ephemeral)
      for (const part of [none, responderKey, ephemeralPublic]) state.mixHash(part)
      state.mixKey(primitives.x25519(ephemeral, responderKey) ?? none)
      return concatenate([ephemeralPublic, state.seal(new Uint8Array(length - 48))])
    }
    const random = countingRandom()
    expect(accept(primitives, random, { staticKey }, craft(65_535))).toBeDefined()
    expect(accept(primitives, random, { staticKey }, craft(65_536))).toBeUndefined()
  })
})

describe('secrets', () => {
  const watch = (): { readonly watching: Primitives; readonly left: () => number } => {
    const seen: Uint8Array[] = []
    const note = <Secret extends Uint8Array | undefined>(secret: Secret): Secret => {
      if (secret !== undefined) seen.push(secret)
      return secret
    }
    const watching: Primitives = {
      ...primitives,
      x25519: (own, theirs) => note(primitives.x25519(own, theirs)),
      blake2s: (data, options) => note(primitives.blake2s(data, options)),
    }
    return { watching, left: () => seen.filter((one) => one.some((byte) => byte !== 0)).length }
  }

  test('of a handshake are erased when it is over, and those of a session with it', () => {
    const { watching, left } = watch()
    const drawn = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
    const random = replay(...drawn)
    const started = initiate(watching, random, { responderKey })
    const accepted = accept(watching, random, { staticKey }, started.message)
    const answered = accepted?.answer()
    const finished = answered && started.finish(answered.message)
    if (answered === undefined || finished === undefined) throw new Error('Not finished')
    expect(drawn).toEqual([new Uint8Array(32), new Uint8Array(32)])
    // What is left are each side's seven hashes of the transcript and its two keys.
    expect(left()).toBe(2 * (7 + 2))
    finished.transport.end()
    answered.transport.end()
    expect(left()).toBe(2 * 7)
  })

  test('of a handshake that fails are erased as well', () => {
    const drawn = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
    const random = replay(...drawn)
    const [one, other] = [watch(), watch()]
    const started = initiate(one.watching, random, { responderKey })
    const [first = none] = [...withEachByteFlipped(started.message)].slice(-1)
    expect(accept(other.watching, random, { staticKey }, first)).toBeUndefined()
    expect(other.left()).toBe(5)

    const answer = accept(primitives, random, { staticKey }, started.message)?.answer().message
    const [second = none] = [...withEachByteFlipped(answer ?? none)].slice(-1)
    expect(started.finish(second)).toBeUndefined()
    expect(one.left()).toBe(7)
    expect(drawn).toEqual([new Uint8Array(32), new Uint8Array(32)])
  })
})
