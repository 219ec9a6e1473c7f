/**
 * @module Whom a request is counted by. It is the connection's address, or where a proxy stands in front, the entry of
 * its header that the nearest proxy which is ours wrote, counted from the right: the rest anybody can write. It is a
 * key of the rate limit and nothing else.
 */
import type { Peer } from '#door/listener.ts'
import { clientAddress } from '#guard/client-address.ts'
import { parseIp } from '#guard/ip.ts'

const keyOf = clientAddress([])

export function clientOf(
  headerName: string | undefined,
  trustedProxies: number,
): (request: Request, peer: Peer) => string {
  return ({ headers }, peer) => {
    const value = headerName === undefined ? null : headers.get(headerName)
    const entry =
      value
        ?.split(',')
        .at(-1 - trustedProxies)
        ?.trim() ?? ''
    return keyOf(parseIp(entry) === undefined ? peer.address : entry, null)
  }
}
