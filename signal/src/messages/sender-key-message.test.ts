import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  parseSenderKeyDistributionMessage,
  writeSenderKeyDistributionMessage,
} from '#messages/sender-key-distribution-message.ts'
import {
  parseSenderKeyMessage,
  writeUnsignedSenderKeyMessage,
} from '#messages/sender-key-message.ts'
import { bufferOf, codeOf, flipped, fromHex, toHex } from '#session/parties-for-tests.ts'

const uuidHex = 'd1d1d1d1700011ebb32a33b8a8a487a6'
const distributionId = 'd1d1d1d1-7000-11eb-b32a-33b8a8a487a6'
const key = (value: number): Uint8Array => new Uint8Array(32).fill(value)
const uint32 = fc.nat(0xffff_ffff)
const uuid = fc.uuid()
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const signature = '5a'.repeat(64)

/** Every change of one byte and every truncation is read as something, or refused with one of these codes. */
function expectOnlyRefusals(parse: (bytes: Uint8Array) => unknown, bytes: Uint8Array): void {
  const allowed = ['nothing', 'malformed', 'unsupported-version', 'invalid-key']
  for (let i = 0; i < bytes.length; i++) {
    for (const bit of [1, 0x10, 0x80]) {
      expect(allowed).toContain(codeOf(() => parse(flipped(bytes, i, bit))))
    }
    expect(allowed).toContain(codeOf(() => parse(bytes.subarray(0, i))))
  }
}

function expectSameOrSignalError(parse: (bytes: Uint8Array) => unknown): void {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), fc.boolean(), (bytes, withVersion) => {
      if (withVersion) bytes[0] = 0x33
      expect(['nothing', 'malformed', 'unsupported-version', 'invalid-key']).toContain(
        codeOf(() => parse(bytes)),
      )
    }),
    { numRuns: 500 },
  )
}

describe('a group message', () => {
  const body = `330a10${uuidHex}100118ac022203616263`

  test('has the bytes of its table', () => {
    const content = {
      distributionId,
      chainId: 1,
      iteration: 300,
      ciphertext: fromHex('616263'),
    }
    expect(toHex(writeUnsignedSenderKeyMessage(content))).toBe(body)
    expect(parseSenderKeyMessage(fromHex(body + signature))).toEqual({
      ...content,
      ciphertext: fromHex('616263'),
      signed: fromHex(body),
      signature: fromHex(signature),
    })
  })

  test('is read as it was written', () => {
    fc.assert(
      fc.property(uuid, uint32, uint32, fc.uint8Array(), (id, chainId, iteration, ciphertext) => {
        const content = { distributionId: id, chainId, iteration, ciphertext }
        const bytes = Uint8Array.from([
          ...writeUnsignedSenderKeyMessage(content),
          ...fromHex(signature),
        ])
        expect(parseSenderKeyMessage(bytes)).toMatchObject(content)
      }),
    )
  })

  test.each([
    ['fields that nobody knows', `330a10${uuidHex}10011801220161ba0103616263`],
    ['fields in another order, the last of a kind counting', `33220161180110091001 0a10${uuidHex}`],
    [
      'varints above 32 bits, of which the low ones count',
      `330a10${uuidHex}10818080801018012201 61`,
    ],
    ['another low nibble', `3f0a10${uuidHex}10011801220161`],
  ])('is read with %s', (_, hex) => {
    const bytes = fromHex(hex.replaceAll(' ', '') + signature)
    expect(parseSenderKeyMessage(bytes)).toMatchObject({
      distributionId,
      chainId: 1,
      iteration: 1,
      ciphertext: fromHex('61'),
    })
  })

  test.each([
    ['malformed', 'no distribution id', '3310011801220161'],
    ['malformed', 'a distribution id of 15 bytes', `330a0f${'d1'.repeat(15)}10011801220161`],
    ['malformed', 'no chain id', `330a10${uuidHex}1801220161`],
    ['malformed', 'no iteration', `330a10${uuidHex}1001220161`],
    ['malformed', 'no ciphertext', `330a10${uuidHex}10011801`],
    ['malformed', 'a chain id that is no number', `330a10${uuidHex}120018012201 61`],
    ['malformed', 'only a signature', ''],
    ['unsupported-version', 'version 2', `230a10${uuidHex}10011801220161`],
    ['unsupported-version', 'version 4', `430a10${uuidHex}10011801220161`],
  ])('is refused as %s with %s', (code, _, hex) => {
    const bytes = fromHex(hex.replaceAll(' ', '') + signature)
    expect(codeOf(() => parseSenderKeyMessage(bytes))).toBe(code)
  })

  test('is refused with nothing but errors of its own', () => {
    expectOnlyRefusals(parseSenderKeyMessage, fromHex(body + signature))
    expectSameOrSignalError(parseSenderKeyMessage)
  })

  test('shares no memory with the bytes', () => {
    const bytes = bufferOf(fromHex(body + signature))
    const message = parseSenderKeyMessage(bytes)
    const before = structuredClone(message)
    bytes.fill(0)
    expect(message).toEqual(before)
  })

  test('is for a group whose name is a UUID', () => {
    const content = { distributionId: 'family', chainId: 1, iteration: 1, ciphertext: key(1) }
    expect(() => writeUnsignedSenderKeyMessage(content)).toThrow(RangeError)
  })
})

describe('a distribution message', () => {
  const message = {
    distributionId,
    chainId: 123456,
    iteration: 7,
    chainKey: key(0x55),
    signingKey: key(0x77),
  }
  const start = `330a10${uuidHex}10c0c4071807`
  const chainKeyField = `2220${'55'.repeat(32)}`
  const signingKeyField = `2a2105${'77'.repeat(32)}`

  test('has the bytes of its table', () => {
    const hex = start + chainKeyField + signingKeyField
    expect(toHex(writeSenderKeyDistributionMessage(message))).toBe(hex)
    expect(parseSenderKeyDistributionMessage(fromHex(hex))).toEqual(message)
  })

  test('is read as it was written', () => {
    const any = fc.record({
      distributionId: uuid,
      chainId: uint32,
      iteration: uint32,
      chainKey: bytes32,
      signingKey: bytes32,
    })
    fc.assert(
      fc.property(any, (written) => {
        const bytes = writeSenderKeyDistributionMessage(written)
        expect(parseSenderKeyDistributionMessage(bytes)).toEqual(written)
      }),
    )
  })

  test('is read with fields that nobody knows', () => {
    const unknown = 'ba0103616263'
    const hex = `33${unknown}${start.slice(2)}${chainKeyField}${signingKeyField}${unknown}`
    expect(parseSenderKeyDistributionMessage(fromHex(hex))).toEqual(message)
  })

  test.each([
    ['malformed', 'no distribution id', `3310011801${chainKeyField}${signingKeyField}`],
    ['malformed', 'no chain id', `330a10${uuidHex}1801${chainKeyField}${signingKeyField}`],
    ['malformed', 'no iteration', `330a10${uuidHex}1001${chainKeyField}${signingKeyField}`],
    ['malformed', 'something that breaks off', `${start}${chainKeyField}${signingKeyField}ff`],
    ['malformed', 'no chain key', `${start}${signingKeyField}${'ba0103616263'.repeat(5)}`],
    ['malformed', 'a chain key of 31', `${start}221f${'55'.repeat(31)}${signingKeyField}`],
    ['malformed', 'a chain key of 33', `${start}2221${'55'.repeat(33)}${signingKeyField}`],
    ['malformed', 'no signing key', `${start}${chainKeyField}${'ba0103616263'.repeat(5)}`],
    ['malformed', 'a signing key of 34', `${start}${chainKeyField}2a2205${'77'.repeat(33)}`],
    ['malformed', 'a signing key of 32', `${start}${chainKeyField}2a2005${'77'.repeat(31)}`],
    ['invalid-key', 'another type of key', `${start}${chainKeyField}2a2106${'77'.repeat(32)}`],
    ['malformed', 'fewer than 65 bytes', start],
    ['unsupported-version', 'version 4', `43${start.slice(2)}${chainKeyField}${signingKeyField}`],
  ])('is refused as %s with %s', (code, _, hex) => {
    expect(codeOf(() => parseSenderKeyDistributionMessage(fromHex(hex)))).toBe(code)
  })

  test('shares no memory with the bytes', () => {
    const bytes = bufferOf(fromHex(start + chainKeyField + signingKeyField))
    const read = parseSenderKeyDistributionMessage(bytes)
    bytes.fill(0)
    expect(read).toEqual(message)
  })

  test('is refused with nothing but errors of its own', () => {
    expectOnlyRefusals(
      parseSenderKeyDistributionMessage,
      fromHex(start + chainKeyField + signingKeyField),
    )
    expectSameOrSignalError(parseSenderKeyDistributionMessage)
  })
})
