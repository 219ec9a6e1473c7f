import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ContentHint,
  parseSealedContent,
  writeSealedContent,
} from '#sealed-sender/sealed-content.ts'
import { aliceCertificate, contentOf } from '#sealed-sender/senders-for-tests.ts'
import { codeOf, flipped, fromHex, toHex } from '#session/parties-for-tests.ts'

const certificateHex = `12${varint(aliceCertificate.serialized.length)}${toHex(aliceCertificate.serialized)}`

function varint(length: number): string {
  return toHex(Uint8Array.of((length & 0x7f) | 0x80, length >> 7))
}

describe('sealed content', () => {
  test('has the bytes of its table', () => {
    expect(toHex(writeSealedContent(contentOf('hi')))).toBe(`0802${certificateHex}1a026869`)
    expect(
      toHex(
        writeSealedContent(
          contentOf('hi', {
            type: 'prekey',
            contentHint: ContentHint.implicit,
            groupId: fromHex('aabb'),
          }),
        ),
      ),
    ).toBe(`0801${certificateHex}1a02686920022a02aabb`)
  })

  test('is read as it was written', () => {
    const any = fc.record({
      type: fc.constantFrom('prekey', 'whisper', 'sender-key', 'plaintext'),
      contentHint: fc.nat(0x7fff_ffff),
      message: fc.uint8Array(),
      groupId: fc.uint8Array({ minLength: 1 }),
    })
    fc.assert(
      fc.property(any, fc.boolean(), ({ groupId, ...rest }, hasGroup) => {
        const content = contentOf('', hasGroup ? { ...rest, groupId } : rest)
        expect(parseSealedContent(writeSealedContent(content))).toEqual(content)
      }),
    )
  })

  test.each([
    ['01', 'prekey'],
    ['02', 'whisper'],
    ['07', 'sender-key'],
    ['08', 'plaintext'],
  ])('of type %s is %s', (type, name) => {
    const bytes = fromHex(`08${type}${certificateHex}1a0168`)
    expect(parseSealedContent(bytes).type).toBe(name)
  })

  test('without a group is written the same for no group and an empty one', () => {
    const written = writeSealedContent(contentOf('hi', { groupId: new Uint8Array() }))
    expect(written).toEqual(writeSealedContent(contentOf('hi')))
  })

  test.each([
    ['type 0', `0800${certificateHex}1a0168`],
    ['type 3', `0803${certificateHex}1a0168`],
    ['no type', `${certificateHex}1a0168`],
    ['no certificate', '08021a0168'],
    ['no message', `0802${certificateHex}`],
    ['a certificate that is none', '080212011a1a0168'],
  ])('is refused with %s', (_, hex) => {
    expect(codeOf(() => parseSealedContent(fromHex(hex)))).toBe('malformed')
  })

  test('is read with fields that nobody knows', () => {
    const bytes = fromHex(`ba01036162630802${certificateHex}1a026869ba0103616263`)
    expect(parseSealedContent(bytes)).toEqual(contentOf('hi'))
  })

  test('is not written with a type that nobody knows', () => {
    const content = contentOf('hi', { type: 'receipt' as 'whisper' })
    expect(() => writeSealedContent(content)).toThrow(TypeError)
  })

  test('is refused with nothing but errors of its own', () => {
    const bytes = writeSealedContent(contentOf('hi'))
    for (let i = 0; i < bytes.length; i++) {
      expect(codeOf(() => parseSealedContent(bytes.subarray(0, i)))).toBe('malformed')
      expect(['nothing', 'malformed', 'invalid-key']).toContain(
        codeOf(() => parseSealedContent(flipped(bytes, i, 0x81))),
      )
    }
  })
})
