import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  deserializeServiceId,
  formatServiceId,
  isSameAccount,
  parseServiceId,
  protocolAddress,
  serializeAddressPair,
  serializeServiceId,
} from '#messages/service-address.ts'
import { codeOf, toHex } from '#session/parties-for-tests.ts'
import { signalVectors } from '#session/vectors-for-tests.ts'

const account = '31415926-5358-9793-2384-626433827950'
const phoneNumber = 'PNI:27182818-2845-9045-2353-602874713526'

describe('addresses', () => {
  test('two of them are written as recorded', () => {
    const pair = serializeAddressPair(protocolAddress(account, 1), protocolAddress(phoneNumber, 7))
    expect(toHex(pair ?? new Uint8Array())).toBe(signalVectors().addresses.bytes)
  })

  test('are not written unless both are service ids', () => {
    const other = protocolAddress('+14151111111', 1)
    const service = protocolAddress(account, 1)
    expect(serializeAddressPair(other, service)).toBeUndefined()
    expect(serializeAddressPair(service, other)).toBeUndefined()
  })

  test.each([0, 128, -1, 1.5, Number.NaN])('there is no device %d', (deviceId) => {
    expect(codeOf(() => protocolAddress(account, deviceId))).toBe('invalid-argument')
  })

  test.each([1, 127])('there is a device %d', (deviceId) => {
    expect(protocolAddress(account, deviceId)).toEqual({ name: account, deviceId })
  })
})

describe('service ids', () => {
  test('are read as they were written, in text and in bytes', () => {
    const any = fc.record({
      kind: fc.constantFrom('account' as const, 'phone-number' as const),
      uuid: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    })
    fc.assert(
      fc.property(any, (id) => {
        expect(parseServiceId(formatServiceId(id))).toEqual(id)
        expect(parseServiceId(formatServiceId(id).toUpperCase())).toEqual(id)
        expect(deserializeServiceId(serializeServiceId(id))).toEqual(id)
      }),
    )
  })

  test.each([
    '',
    '+14151111111',
    `${account} `,
    ` ${account}`,
    `${account}\n`,
    account.replaceAll('-', ''),
    account.slice(1),
    account.replace('3', 'g'),
    `pni:${account}`,
    `ACI:${account}`,
    `PNI:PNI:${account}`,
    `{${account}}`,
  ])('%j is none', (name) => {
    expect(parseServiceId(name)).toBeUndefined()
  })

  test('bytes of another length or kind are none', () => {
    for (const length of [0, 16, 18]) {
      expect(deserializeServiceId(new Uint8Array(length))).toBeUndefined()
    }
    expect(deserializeServiceId(new Uint8Array(17).fill(2))).toBeUndefined()
    const short = { kind: 'account', uuid: new Uint8Array(15) } as const
    expect(() => serializeServiceId(short)).toThrow(RangeError)
    expect(() => formatServiceId(short)).toThrow(RangeError)
  })

  test('an account is the same with one key and one service id, however it is spelled', () => {
    const identityKey = new Uint8Array(32).fill(1)
    const local = { name: 'AAAAAAAA-5358-9793-2384-626433827950', identityKey }
    const same = (name: string, key = identityKey) =>
      isSameAccount(local, { name, identityKey: key })
    expect(same(local.name)).toBe(true)
    expect(same(local.name.toLowerCase())).toBe(true)
    expect(same(`PNI:${local.name}`)).toBe(false)
    expect(same(account)).toBe(false)
    expect(same(local.name, new Uint8Array(32))).toBe(false)
    expect(same('+14151111111')).toBe(false)
    const plain = { name: '+14151111111', identityKey }
    expect(isSameAccount(plain, plain)).toBe(false)
    expect(isSameAccount(plain, local)).toBe(false)
  })
})
