import { createHash, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addressOfKey, mailboxOfAddress, mailboxOfToken } from '#door/vauchi/address.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const anyName = fc.uint8Array({ minLength: 32, maxLength: 32 })

function sha256(label: string, bytes: Uint8Array): string {
  return createHash('sha256').update(label, 'ascii').update(bytes).digest('hex')
}

describe('A mailbox', () => {
  test('of an address is found by whoever follows the table in wire', () => {
    const key = Uint8Array.from({ length: 32 }, (_, at) => at)
    const address = addressOfKey(key)
    expect(hex(address)).toBe('a82cfe90c388b40a6c800c30681d56a09d61d9483e503b552115d44847f3a7c7')
    expect(mailboxOfAddress(address)).toBe(
      'c89dcbdde1dc8b029a54a1cc44296a2394bafec091553dcc769a3736e0d5544a',
    )
    fc.assert(
      fc.property(anyName, (any) => {
        expect(hex(addressOfKey(any))).toBe(sha256('sotto/address/1', any))
        expect(mailboxOfAddress(any)).toBe(sha256('sotto/mailbox/address/1', any))
        expect(mailboxOfToken(any)).toBe(sha256('sotto/mailbox/vauchi/1', any))
      }),
    )
  })

  test('has no second name: key, address and token of the same bytes are three things', () => {
    fc.assert(
      fc.property(anyName, (any) => {
        const address = addressOfKey(any)
        const names = [mailboxOfToken(any), mailboxOfAddress(any), mailboxOfAddress(address)]
        expect(new Set([...names, mailboxOfToken(address), hex(address)]).size).toBe(5)
      }),
    )
  })

  test('is told apart by every byte of its name, whatever was named before', () => {
    const key = new Uint8Array(randomBytes(32))
    const before = hex(addressOfKey(key))
    for (let at = 0; at < 32; at++) {
      const changed = Uint8Array.from(key)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(hex(addressOfKey(changed))).not.toBe(before)
      expect(hex(addressOfKey(key))).toBe(before)
    }
  })

  test('has a name of 32 bytes and of no other length', () => {
    for (const length of [0, 31, 33, 64]) {
      for (const name of [mailboxOfToken, mailboxOfAddress, addressOfKey]) {
        expect(() => name(new Uint8Array(length))).toThrow(RangeError)
      }
    }
  })
})
