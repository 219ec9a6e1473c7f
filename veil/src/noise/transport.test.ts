import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { truncationsOf, withEachBitFlipped } from '#hostile-for-tests.ts'
import { handshake, none, primitives, text } from '#noise/session-for-tests.ts'
import { CipherState } from '#noise/symmetric-state.ts'
import { maxPlaintextBytes, NoiseTransport } from '#noise/transport.ts'

describe('a session', () => {
  test('carries any messages both ways, in order', () => {
    const { initiator, responder } = handshake()
    const messages = fc.array(fc.tuple(fc.boolean(), fc.uint8Array({ maxLength: 200 })))
    fc.assert(
      fc.property(messages, (all) => {
        for (const [isFromInitiator, plaintext] of all) {
          const [from, to] = isFromInitiator ? [initiator, responder] : [responder, initiator]
          const sealed = from.seal(plaintext)
          expect(sealed).toHaveLength(plaintext.length + 16)
          expect(to.open(sealed)).toEqual(plaintext)
        }
      }),
      { numRuns: 30 },
    )
  })

  test('carries messages of the largest size, and refuses to seal more', () => {
    const { initiator, responder } = handshake()
    const largest = new Uint8Array(maxPlaintextBytes)
    const sealed = initiator.seal(largest)
    expect(sealed).toHaveLength(65_535)
    expect(responder.open(sealed)).toEqual(largest)
    expect(() => initiator.seal(new Uint8Array(maxPlaintextBytes + 1))).toThrow(RangeError)
    expect(responder.open(initiator.seal(text('a')))).toEqual(text('a'))
  })

  test('has other keys in each direction', () => {
    const { initiator, responder } = handshake()
    expect(initiator.seal(text('a'))).not.toEqual(responder.seal(text('a')))
    const mirrored = handshake().initiator
    expect(mirrored.open(handshake().initiator.seal(text('a')))).toBeUndefined()
  })

  test('is over with a message that was changed, and stays so for both directions', () => {
    for (const broken of withEachBitFlipped(handshake().initiator.seal(text('a')))) {
      const { initiator, responder } = handshake()
      const good = initiator.seal(text('a'))
      expect(responder.open(broken)).toBeUndefined()
      expect(responder.isOver).toBe(true)
      expect(responder.open(good)).toBeUndefined()
      expect(() => responder.seal(text('b'))).toThrow(TypeError)
    }
  })

  test('is over with a message that was cut', () => {
    for (const cut of truncationsOf(handshake().initiator.seal(text('a')))) {
      const { responder } = handshake()
      expect(responder.open(cut)).toBeUndefined()
      expect(responder.isOver).toBe(true)
    }
  })

  test('is over with a message that comes twice, too early, or back to its sender', () => {
    const twice = handshake()
    const sealed = twice.initiator.seal(text('a'))
    expect(twice.responder.open(sealed)).toEqual(text('a'))
    expect(twice.responder.open(sealed)).toBeUndefined()

    const early = handshake()
    early.initiator.seal(text('a'))
    expect(early.responder.open(early.initiator.seal(text('b')))).toBeUndefined()

    const back = handshake()
    expect(back.initiator.open(back.initiator.seal(text('a')))).toBeUndefined()
    expect([twice.responder, early.responder, back.initiator].map((end) => end.isOver)).toEqual([
      true,
      true,
      true,
    ])
  })

  test('is over with a message longer than any', () => {
    const { responder } = handshake()
    expect(responder.open(new Uint8Array(65_536))).toBeUndefined()
    expect(responder.isOver).toBe(true)
  })

  test('can be ended by hand', () => {
    const { initiator, responder } = handshake()
    const sealed = initiator.seal(text('a'))
    responder.end()
    expect(responder.open(sealed)).toBeUndefined()
    expect(initiator.isOver).toBe(false)
  })

  test('that were erased open nothing to somebody who knows what erased keys look like', () => {
    const { responder } = handshake()
    responder.end()
    const zeros = new CipherState(primitives, new Uint8Array(32))
    expect(responder.open(zeros.seal(none, text('a')))).toBeUndefined()
  })
})

describe('a peer that does not keep to the limits', () => {
  test('is not read when its message is longer than any, though it fits otherwise', () => {
    const cipher = (): CipherState => new CipherState(primitives, new Uint8Array(32).fill(3))
    for (const [length, isRead] of [
      [65_519, true],
      [65_520, false],
    ] as const) {
      const end = new NoiseTransport(new Uint8Array(32), cipher(), cipher())
      const opened = end.open(cipher().seal(none, new Uint8Array(length)))
      expect(opened !== undefined).toBe(isRead)
      expect(end.isOver).toBe(!isRead)
    }
  })
})
