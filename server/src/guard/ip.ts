/**
 * @module IP addresses as texts that are equal when the addresses are: IPv4-mapped IPv6 becomes IPv4 (RFC 4291
 * §2.5.5.2), IPv6 becomes its eight groups, zones are dropped.
 */
import { isIPv4, isIPv6 } from 'node:net'

export type Ip =
  | { readonly family: 'ipv4'; readonly text: string }
  | { readonly family: 'ipv6'; readonly text: string; readonly groups: readonly number[] }

/** The address, or undefined when the text is none. Strict: no leading zeros, no ports, no brackets. */
export function parseIp(text: string): Ip | undefined {
  if (isIPv4(text)) return { family: 'ipv4', text }
  if (!isIPv6(text)) return undefined
  const groups = groupsOf(text.split('%', 1)[0] ?? '')
  if (isMapped(groups)) return { family: 'ipv4', text: dotted(groups) }
  return { family: 'ipv6', groups, text: groups.map((group) => group.toString(16)).join(':') }
}

export function isLoopbackIp(ip: Ip): boolean {
  return ip.family === 'ipv4' ? ip.text.startsWith('127.') : ip.text === '0:0:0:0:0:0:0:1'
}

/** The eight 16-bit groups of a text that is known to be IPv6. */
function groupsOf(text: string): number[] {
  const [head = '', tail] = text.split('::')
  const before = groupList(head)
  if (tail === undefined) return before
  const after = groupList(tail)
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0)
  return [...before, ...zeros, ...after]
}

function groupList(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)]
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
    return [a * 256 + b, c * 256 + d]
  })
}

function isMapped(groups: readonly number[]): boolean {
  return groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0)
}

function dotted(groups: readonly number[]): string {
  const [high = 0, low = 0] = groups.slice(6)
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
}
