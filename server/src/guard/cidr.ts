/**
 * @module Ranges of addresses, as operators write them: `10.0.0.0/8`, `2001:db8::/32`, or one address.
 */
import { BlockList } from 'node:net'
import { parseIp, type Ip } from '#guard/ip.ts'

export interface Cidr {
  readonly family: 'ipv4' | 'ipv6'
  readonly address: string
  /** How many leading bits count. */
  readonly prefix: number
}

/** The range, or undefined when the text is none. An IPv4-mapped range is the IPv4 range that it maps. */
export function parseCidr(text: string): Cidr | undefined {
  const [address = '', prefixText, ...more] = text.split('/')
  const ip = parseIp(address)
  if (ip === undefined || more.length > 0) return undefined
  const bits = address.includes(':') ? 128 : 32
  if (prefixText !== undefined && !/^(?:0|[1-9]\d{0,2})$/.test(prefixText)) return undefined
  const written = prefixText === undefined ? bits : Number(prefixText)
  // The first 96 bits of a mapped address are the mapping; a range that leaves some of them open is no IPv4 range.
  const prefix = ip.family === 'ipv4' && bits === 128 ? written - 96 : written
  const most = ip.family === 'ipv4' ? 32 : 128
  return prefix < 0 || prefix > most ? undefined : { family: ip.family, address: ip.text, prefix }
}

/** Whether an address is in one of the ranges. */
export function matcher(ranges: readonly Cidr[]): (ip: Ip) => boolean {
  const list = new BlockList()
  for (const range of ranges) list.addSubnet(range.address, range.prefix, range.family)
  return (ip) => list.check(ip.text, ip.family)
}
