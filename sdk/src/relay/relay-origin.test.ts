import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { relayOrigin } from '#relay/relay-origin.ts'

describe('a relay', () => {
  test.each([
    ['https://relay.example', 'https://relay.example'],
    ['https://relay.example/', 'https://relay.example'],
    [' HTTPS://Relay.Example:443 ', 'https://relay.example'],
    ['relay.example', 'https://relay.example'],
    ['relay.example:8443', 'https://relay.example:8443'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['http://localhost:8080', 'http://localhost:8080'],
    ['http://me.localhost', 'http://me.localhost'],
    ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080'],
    ['http://127.1', 'http://127.0.0.1'],
    ['http://[::1]:1', 'http://[::1]:1'],
  ])('%j is %s', (text, origin) => {
    expect(relayOrigin(text)).toBe(origin)
  })

  test.each([
    '',
    'https://',
    'http://relay.example',
    'http://127.0.0.1.example',
    'http://localhost.example',
    'http://[::2]',
    'ws://localhost',
    'ftp://relay.example',
    'javascript:alert(1)',
    'https://me@relay.example',
    'https://me:you@relay.example',
    'https://:you@relay.example',
    'https://relay.example/path',
    'https://relay.example?',
    'https://relay.example/#',
    'https://relay.example?a=b',
    'https://relay.example#i.abc',
    'https://relay.example\\@evil.example',
    'https://relay .example',
    'https://relay.example:99999',
    `https://${'a'.repeat(3000)}`,
  ])('%j is none', (text) => {
    expect(relayOrigin(text)).toBeUndefined()
  })

  test('may be one that speaks in clear only when that is allowed', () => {
    const options = { allowCleartext: true }
    expect(relayOrigin('http://relay.example/', options)).toBe('http://relay.example')
    expect(relayOrigin('ftp://relay.example/', options)).toBeUndefined()
  })

  test('is the same when its normal form is read again, and nothing breaks the parser', () => {
    const beginnings = fc.constantFrom('', 'https://', 'http://127.0.0.1', 'https://a', '//', '[')
    const points = fc.array(fc.nat(0x10_ffff), { maxLength: 20 })
    const endings = fc.oneof(
      fc.string(),
      points.map((codes) => String.fromCodePoint(...codes)),
    )
    const texts = fc.tuple(beginnings, endings).map((parts) => parts.join(''))
    fc.assert(
      fc.property(texts, (text) => {
        const origin = relayOrigin(text)
        if (origin === undefined) return
        expect(origin).toMatch(/^https?:\/\/[^/?#@\\]+$/)
        expect(relayOrigin(origin)).toBe(origin)
      }),
    )
  })
})
