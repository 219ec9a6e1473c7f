import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseCidr, type Cidr } from '#guard/cidr.ts'
import { clientAddress } from '#guard/client-address.ts'

function ranges(...texts: string[]): Cidr[] {
  return texts.map((text) => {
    const range = parseCidr(text)
    if (range === undefined) throw new Error(`no range: ${text}`)
    return range
  })
}

const client = clientAddress(ranges('10.0.0.0/8', 'fd00::/8'))

describe('the client of a request', () => {
  test('obscura 93: spoofed entries to the left of the real one do not change the client', () => {
    expect(client('10.0.0.1', '9.9.9.9, 1.1.1.1, 2.2.2.2')).toBe('2.2.2.2')
    expect(client('10.0.0.1', 'different.spoof, 2.2.2.2')).toBe('2.2.2.2')
  })

  test('obscura 96: without X-Forwarded-For the client is the peer', () => {
    expect(client('10.0.0.1', null)).toBe('10.0.0.1')
    expect(client('192.0.2.1', null)).toBe('192.0.2.1')
  })

  test('obscura 100: the X-Forwarded-For of an untrusted peer is ignored', () => {
    expect(client('192.0.2.1', '1.1.1.1')).toBe('192.0.2.1')
  })

  test('obscura 100: trusted entries at the right end are skipped', () => {
    expect(client('10.0.0.1', '1.1.1.1, 2.2.2.2, 10.3.3.3,10.4.4.4')).toBe('2.2.2.2')
  })

  test('obscura 100: with nothing but trusted entries, or none, the client is the peer', () => {
    for (const header of ['10.3.3.3, 10.4.4.4', '', ' , ,', 'garbage', 'unknown']) {
      expect(client('10.0.0.1', header)).toBe('10.0.0.1')
    }
  })

  test('all header lines count, in their order', () => {
    const headers = new Headers()
    headers.append('x-forwarded-for', '1.1.1.1')
    headers.append('x-forwarded-for', '2.2.2.2')
    expect(client('10.0.0.1', headers.get('x-forwarded-for'))).toBe('2.2.2.2')
  })

  test('IPv4-mapped peers and entries are the IPv4 addresses that they map', () => {
    expect(client('::ffff:10.0.0.1', '2.2.2.2')).toBe('2.2.2.2')
    expect(client('::ffff:192.0.2.1', null)).toBe('192.0.2.1')
    expect(client('10.0.0.1', '::ffff:2.2.2.2')).toBe('2.2.2.2')
    expect(client('10.0.0.1', '2.2.2.2, ::ffff:a00:5')).toBe('2.2.2.2')
  })

  test('an IPv6 client is its /64', () => {
    expect(client('2001:db8:1:2::1', null)).toBe('2001:db8:1:2::/64')
    expect(client('2001:db8:1:2:ffff:ffff:ffff:ffff', null)).toBe('2001:db8:1:2::/64')
    expect(client('2001:db8:1:3::1', null)).toBe('2001:db8:1:3::/64')
    expect(client('fe80::1%eth0', null)).toBe('fe80:0:0:0::/64')
    expect(client('fd00::1', '2001:db8:5::9')).toBe('2001:db8:5:0::/64')
  })

  test('ports and brackets are tolerated', () => {
    expect(client('10.0.0.1', '2.2.2.2:4711')).toBe('2.2.2.2')
    expect(client('10.0.0.1', '[2001:db8::1]:4711')).toBe('2001:db8:0:0::/64')
    expect(client('10.0.0.1', '[2001:db8::1]')).toBe('2001:db8:0:0::/64')
    expect(client('10.0.0.1', '2.2.2.2, 10.9.9.9:80')).toBe('2.2.2.2')
  })

  test('entries that are no address are passed over', () => {
    expect(client('10.0.0.1', '2.2.2.2, unknown')).toBe('2.2.2.2')
    expect(client('10.0.0.1', '2.2.2.2,,_hidden,[::1,1.2.3.4:99999999')).toBe('2.2.2.2')
  })

  test('a peer without an address has a key of its own', () => {
    expect(client('', '1.1.1.1')).toBe('unknown')
  })

  test('a chain longer than any real one leads to the peer, whatever stands beyond', () => {
    const chain = (proxies: number): string => `2.2.2.2${',10.0.0.2'.repeat(proxies)}`
    expect(client('10.0.0.1', chain(31))).toBe('2.2.2.2')
    expect(client('10.0.0.1', chain(32))).toBe('10.0.0.1')
    expect(client('10.0.0.1', ','.repeat(100_000))).toBe('10.0.0.1')
  })

  test('whatever the client writes to the left, the entry that the proxy added decides', () => {
    const junk = fc.oneof(
      fc.string(),
      fc.ipV4(),
      fc.ipV6(),
      fc.constantFrom('10.0.0.9', '::1', '%', '[]'),
    )
    fc.assert(
      fc.property(fc.array(junk, { maxLength: 6 }), (written) => {
        expect(client('10.0.0.1', [...written, '2.2.2.2'].join(', '))).toBe('2.2.2.2')
      }),
    )
  })

  test('no header makes a key of anything but an address', () => {
    const letter = fc.constantFrom(...Array.from('0123456789abcdefx.:,[]%/ \t\u00e9'))
    fc.assert(
      fc.property(fc.array(letter, { maxLength: 200 }), (letters) => {
        expect(client('10.0.0.1', letters.join(''))).toMatch(/^(?:[\d.]{7,15}|[0-9a-f:]+::\/64)$/)
      }),
    )
  })
})
