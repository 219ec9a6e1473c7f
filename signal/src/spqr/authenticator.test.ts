import { describe, expect, test } from 'vitest'
import {
  ciphertextMac,
  epochSecret,
  headerMac,
  startAuthenticator,
  updateAuthenticator,
} from '#spqr/authenticator.ts'
import { authKey, hex, primitives } from '#spqr/spqr-for-tests.ts'
import vectors from '#vectors/signal-vectors.json' with { type: 'json' }

const vector: Readonly<Record<string, string>> = vectors.spqrAuth

describe('the authenticator', () => {
  const started = startAuthenticator(primitives, authKey)

  test('starts from the key of the handshake', () => {
    expect(hex(started.root)).toBe(vector['root1'])
    expect(hex(started.mac)).toBe(vector['mac1'])
    expect(authKey).toEqual(new Uint8Array(32).fill(0x29))
  })

  test('authenticates headers and ciphertexts of an epoch', () => {
    const header = new Uint8Array(64)
    expect(hex(headerMac(primitives, started, 1, header))).toBe(vector['hdrMac_of_64x00'])
    const mac = ciphertextMac(primitives, started, 1, new Uint8Array(960), new Uint8Array(128))
    expect(hex(mac)).toBe(vector['ctMac_of_1088x00'])
    expect(hex(headerMac(primitives, started, 2, header))).not.toBe(vector['hdrMac_of_64x00'])
  })

  test("takes in an epoch's secret", () => {
    const secret = epochSecret(primitives, new Uint8Array(32).fill(0x2a), 1)
    expect(hex(secret)).toBe(vector['sckaKey_ss2a_ep1'])
    const before = { root: hex(started.root), mac: hex(started.mac) }
    const updated = updateAuthenticator(primitives, started, 1, secret)
    expect(hex(updated.root)).toBe(vector['root_after_update'])
    expect(hex(updated.mac)).toBe(vector['mac_after_update'])
    expect({ root: hex(started.root), mac: hex(started.mac) }).toEqual(before)
    expect(hex(secret)).toBe(vector['sckaKey_ss2a_ep1'])
  })

  test('tells epochs apart that differ above 32 bits', () => {
    const low = headerMac(primitives, started, 1, new Uint8Array(64))
    const high = headerMac(primitives, started, 2 ** 32 + 1, new Uint8Array(64))
    expect(hex(high)).not.toBe(hex(low))
  })
})
