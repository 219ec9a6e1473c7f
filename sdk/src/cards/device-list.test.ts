import { describe, expect, test } from 'vitest'
import { makeDeviceList, readDeviceList } from '#cards/device-list.ts'
import { alice, damaged, mallory, now, primitives } from '#cards/people-for-tests.ts'
import { signBody } from '#cards/signing.ts'
import { isSottoError } from '#errors.ts'

const list = { devices: [1, 2, 127], issuedAtMillis: now }
const signed = makeDeviceList(primitives, alice, list)
const read = (bytes: Uint8Array, identity = alice.ed25519PublicKey) =>
  readDeviceList(primitives, identity, bytes)

describe('a list of devices', () => {
  test('comes back as its owner signed it', () => {
    expect(read(signed)).toEqual(list)
  })

  test('is nobody else’s, and none when a bit is changed', () => {
    expect(read(signed, mallory.ed25519PublicKey)).toBeUndefined()
    expect(read(makeDeviceList(primitives, mallory, list))).toBeUndefined()
    for (const broken of damaged(signed)) expect(read(broken)).toBeUndefined()
  })

  test.each([[[]], [[2, 1]], [[1, 1]]])('of %j is neither made nor read', (devices) => {
    try {
      makeDeviceList(primitives, alice, { ...list, devices })
      expect.unreachable()
    } catch (error) {
      expect(isSottoError(error, 'invalid-argument')).toBe(true)
    }
    const odd = signBody(primitives, alice, 'devices', { devices, issued_at: now })
    expect(read(odd)).toBeUndefined()
  })
})
