/**
 * @module A request that goes to the relay as it is: the relay sees what is asked, and from where. For those who have no
 * choice, or whose relay is their own.
 */
import type { Network } from '#ports/network.ts'
import type { Exchange } from '#relay/oblivious/exchange.ts'

const maxAnswerBytes: number = 256 * 1024

export function createDirectExchange(network: Pick<Network, 'fetch'>, relay: string): Exchange {
  return async ({ method, path, contentType, content }, signal) => {
    const headers: Record<string, string> =
      contentType === undefined ? {} : { 'content-type': contentType }
    const request = { method, url: `${relay}${path}`, headers, body: content }
    const answer = await network.fetch(request, maxAnswerBytes, signal)
    return { status: answer.status, headers: answer.headers, content: answer.body }
  }
}
