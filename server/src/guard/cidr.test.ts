import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matcher, parseCidr, type Cidr } from '#guard/cidr.ts'
import { isLoopbackIp, parseIp, type Ip } from '#guard/ip.ts'

function ip(text: string): Ip {
  const parsed = parseIp(text)
  if (parsed === undefined) throw new Error(`no address: ${text}`)
  return parsed
}

function cidr(text: string): Cidr {
  const parsed = parseCidr(text)
  if (parsed === undefined) throw new Error(`no range: ${text}`)
  return parsed
}

describe('addresses', () => {
  test('one address has one text, however it is written', () => {
    const texts = ['2001:DB8::1', '2001:db8:0:0:0:0:0:1', '2001:0db8::0001', '2001:db8::0:1%eth0']
    expect(ip('fe80::1%eth0.1:2').text).toBe('fe80:0:0:0:0:0:0:1')
    expect(new Set(texts.map((text) => ip(text).text))).toEqual(new Set(['2001:db8:0:0:0:0:0:1']))
  })

  test('an IPv4-mapped address is the IPv4 address', () => {
    for (const text of ['::ffff:192.0.2.1', '::FFFF:c000:201', '0:0:0:0:0:ffff:192.0.2.1']) {
      expect(ip(text)).toEqual({ family: 'ipv4', text: '192.0.2.1' })
    }
    expect(ip('64:ff9b::192.0.2.1').family).toBe('ipv6')
  })

  test('the eight groups survive their shortened spelling', () => {
    const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }))
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const full = groups.map((value) => value.toString(16)).join(':')
        const short = new URL(`http://[${full}]`).hostname.slice(1, -1)
        expect(parseIp(short)).toEqual(parseIp(full))
      }),
    )
  })

  test('what is no address is none', () => {
    for (const text of [
      '',
      '1.2.3',
      '01.2.3.4',
      '256.1.1.1',
      '1.2.3.4:80',
      '[::1]',
      ':::',
      '1::2::3',
      'a.b.c.d',
      ' ::1',
    ]) {
      expect(parseIp(text)).toBeUndefined()
    }
  })

  test('loopback is 127/8 and ::1, mapped or not', () => {
    expect(
      ['127.0.0.1', '127.255.0.9', '::1', '::ffff:127.0.0.1'].map(ip).every(isLoopbackIp),
    ).toBe(true)
    expect(['128.0.0.1', '::2', '0.0.0.0', '::'].map(ip).some(isLoopbackIp)).toBe(false)
  })
})

describe('ranges', () => {
  test('a range has the addresses whose leading bits are its own', () => {
    const word = fc.integer({ min: 0, max: 0xffffffff })
    const dotted = (value: number): string =>
      [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.')
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 32 }), (a, noise, prefix) => {
        // Differs in its low bits only half of the time, so that both answers occur.
        const b = noise % 2 === 0 ? noise : (a ^ (noise >>> prefix)) >>> 0
        const isSame = prefix === 0 || a >>> (32 - prefix) === b >>> (32 - prefix)
        const isIn = matcher([cidr(`${dotted(a)}/${prefix}`)])
        expect(isIn(ip(dotted(b)))).toBe(isSame)
        expect(isIn(ip(`::ffff:${dotted(b)}`))).toBe(isSame)
      }),
    )
  })

  test('IPv6 ranges, single addresses and mapped ranges', () => {
    expect(matcher([cidr('2001:db8::5/32')])(ip('2001:db8:ffff::1'))).toBe(true)
    expect(matcher([cidr('2001:db8::/32')])(ip('2001:db9::1'))).toBe(false)
    expect(matcher([cidr('192.0.2.1')])(ip('192.0.2.1'))).toBe(true)
    expect(matcher([cidr('192.0.2.1')])(ip('192.0.2.2'))).toBe(false)
    expect(matcher([cidr('::ffff:10.0.0.0/104')])(ip('10.9.9.9'))).toBe(true)
    expect(matcher([cidr('::ffff:10.0.0.0/104')])(ip('11.0.0.0'))).toBe(false)
    expect(matcher([])(ip('127.0.0.1'))).toBe(false)
  })

  test('what is no range is none', () => {
    for (const text of [
      '',
      '/8',
      '10.0.0.0/',
      '10.0.0.0/33',
      '10.0.0.0/08',
      '10.0.0.0/-1',
      '::/129',
      '10.0.0.0/8/8',
      '::ffff:1.2.3.4/95',
      '10.0.0.0/ 8',
    ]) {
      expect(parseCidr(text)).toBeUndefined()
    }
  })
})
