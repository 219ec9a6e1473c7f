import { bech32, bech32m } from '@scure/base'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatAddress, readAddress } from '#cards/address.ts'
import { isSottoError } from '#errors.ts'

const identity = Uint8Array.from({ length: 32 }, (_, at) => at)
const address = formatAddress(identity)
const read = { kind: 'address', identity, relay: undefined }

describe('an address', () => {
  test('is this text', () => {
    expect(address).toBe('sotto1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9ccrydpk8qarc0spxjp5y')
    expect(address).toHaveLength(64)
  })

  test('is the one of docs/protocols/identity.md', () => {
    const key = Uint8Array.fromHex(
      '6d1e2d25105b3683bea02bad8e1e1f71d56676b1050b391257b03aeee61296e2',
    )
    expect(formatAddress(key)).toBe(
      'sotto1d50z6fgstvmg804q9wkcu8slw82kva43q59njyjhkqawaesjjm3qj93wgr',
    )
  })

  test('comes back with its relay, or without one', () => {
    const keys = fc.uint8Array({ minLength: 32, maxLength: 32 })
    const relays = fc.constantFrom(
      undefined,
      'https://relay.example',
      'https://relay.example:8443',
      'http://localhost:8080',
      'https://[2001:db8::1]',
    )
    fc.assert(
      fc.property(keys, relays, (key, relay) => {
        const text = formatAddress(key, relay)
        expect(readAddress(text)).toEqual({ kind: 'address', identity: key, relay })
        expect(readAddress(` ${text}\n`)).toEqual({ kind: 'address', identity: key, relay })
      }),
    )
  })

  test('leaves https away, and keeps http', () => {
    expect(formatAddress(identity, 'https://relay.example')).toBe(`${address}@relay.example`)
    expect(formatAddress(identity, 'http://localhost:1')).toBe(`${address}@http://localhost:1`)
  })

  test('may be in capitals, as QR codes like it', () => {
    expect(readAddress(address.toUpperCase())).toEqual(read)
    expect(readAddress(`${address.toUpperCase()}@Relay.Example`)).toEqual({
      ...read,
      relay: 'https://relay.example',
    })
  })

  const swapped = `${address.slice(0, 20)}${address[21]}${address[20]}${address.slice(22)}`
  test.each([
    ['nothing', '', 'wrong-prefix'],
    ['another prefix', bech32m.encode('signal', bech32m.toWords(identity)), 'wrong-prefix'],
    ['a longer prefix', bech32m.encode('sottoo', bech32m.toWords(identity)), 'wrong-prefix'],
    ['a prefix alone', 'sotto', 'wrong-prefix'],
    ['one capital', address.replace('q', 'Q'), 'mixed-case'],
    ['a capital prefix', address.replace('sotto', 'SOTTO'), 'mixed-case'],
    ['a character that is none', address.replace('5', 'b'), 'wrong-character'],
    ['a space within', address.replace('5', ' '), 'wrong-character'],
    [
      'a sign that becomes a letter',
      `${address.slice(0, -1)}\u212a`.toUpperCase(),
      'wrong-character',
    ],
    ['nothing behind the prefix', 'sotto1', 'wrong-character'],
    ['a character too few', address.slice(0, -1), 'wrong-length'],
    ['a character too many', `${address}q`, 'wrong-length'],
    [
      'a key of 31 bytes',
      bech32m.encode('sotto', bech32m.toWords(identity.slice(1))),
      'wrong-length',
    ],
    ['two swapped characters', swapped, 'wrong-checksum'],
    ['the older checksum', bech32.encode('sotto', bech32.toWords(identity)), 'wrong-checksum'],
    [
      'bits behind the key',
      bech32m.encode(
        'sotto',
        Array.from({ length: 52 }, () => 1),
      ),
      'wrong-checksum',
    ],
    ['an empty relay', `${address}@`, 'wrong-relay'],
    ['a path behind its relay', `${address}@relay.example/a`, 'wrong-relay'],
    ['a user before its relay', `${address}@a@relay.example`, 'wrong-relay'],
    ['a relay that is none', `${address}@re lay`, 'wrong-relay'],
    ['a relay of another scheme', `${address}@ftp://relay.example`, 'wrong-relay'],
  ])('with %s is refused for that reason', (_, text, kind) => {
    expect(readAddress(text)).toEqual({ kind })
  })

  test('with any one to four characters changed has a wrong checksum', () => {
    const alphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
    const change = fc.tuple(fc.integer({ min: 6, max: 63 }), fc.integer({ min: 1, max: 31 }))
    const changes = fc.uniqueArray(change, { minLength: 1, maxLength: 4, selector: ([at]) => at })
    fc.assert(
      fc.property(changes, (all) => {
        const letters = [...address]
        for (const [at, by] of all) {
          letters[at] = alphabet[(alphabet.indexOf(letters[at] ?? '') + by) % 32] ?? ''
        }
        expect(readAddress(letters.join(''))).toEqual({ kind: 'wrong-checksum' })
      }),
    )
  })

  test('of any text is answered', () => {
    const any = fc.string({ unit: 'binary', maxLength: 100 })
    fc.assert(
      fc.property(
        fc.oneof(
          any,
          any.map((tail) => `sotto1${tail}`),
        ),
        (text) => {
          expect(readAddress(text).kind).toMatch(/^(?:wrong|mixed)-/)
        },
      ),
    )
  })

  test('is not made of a key of another length, or for a relay that is none', () => {
    const mistakes = [
      () => formatAddress(identity.slice(1)),
      () => formatAddress(identity, 'relay.example'),
      () => formatAddress(identity, 'https://relay.example/a'),
      () => formatAddress(identity, ''),
    ]
    for (const mistake of mistakes) {
      try {
        mistake()
        expect.unreachable()
      } catch (error) {
        expect(isSottoError(error, 'invalid-argument')).toBe(true)
      }
    }
  })
})
