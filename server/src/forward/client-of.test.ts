import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clientOf } from '#forward/client-of.ts'

const peer = { address: '10.0.0.1' }

function of(value: string | undefined, trusted = 0, name: string | undefined = 'x-client'): string {
  const headers = new Headers(value === undefined ? {} : { 'x-client': value })
  return clientOf(name, trusted)(new Request('http://forwarder.invalid/', { headers }), peer)
}

describe('whom a request is counted by', () => {
  test('vauchi 120: is the entry left of so many proxies, from the right', () => {
    expect(of('192.0.2.1')).toBe('192.0.2.1')
    expect(of('203.0.113.1, 192.0.2.1')).toBe('192.0.2.1')
    expect(of('203.0.113.1, 192.0.2.1, 10.1.1.1', 1)).toBe('192.0.2.1')
    expect(of('203.0.113.1, 192.0.2.1, 10.1.1.1', 2)).toBe('203.0.113.1')
  })

  test('vauchi 120: is the connection where the header says nothing', () => {
    expect(of(undefined)).toBe('10.0.0.1')
    expect(of('')).toBe('10.0.0.1')
    expect(of('unknown')).toBe('10.0.0.1')
    expect(of('192.0.2.1', 1)).toBe('10.0.0.1')
    const noHeader = clientOf(undefined, 0)
    const headers = { 'x-forwarded-for': '192.0.2.1' }
    expect(noHeader(new Request('http://x.invalid/', { headers }), peer)).toBe('10.0.0.1')
  })

  test('is the network of an IPv6 address', () => {
    expect(of('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64')
  })

  test('cannot be chosen by what stands further left', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[!-~ ]*$/), (left) => {
        expect(of(`${left}, 192.0.2.1`.trim())).toBe('192.0.2.1')
      }),
    )
  })
})
