/**
 * @module Network, clock and chance as the platform has them: browsers, Node and Bun alike.
 */
import type { Clock, Randomness } from '#ports/clock.ts'
import type { Network } from '#ports/network.ts'
import { webFetch } from '#adapters/web-fetch.ts'
import { webConnect } from '#adapters/web-socket.ts'

/** `fetch` and `WebSocket`, without cookies, referrers and redirects. */
export function webNetwork(): Network {
  return { fetch: webFetch, connect: webConnect }
}

/** Longer delays than this are none at all on the platform. */
const maxTimeoutMillis = 2 ** 31 - 1

/** Also for waits of more than 24 days, which timers of the platform cannot do. */
export const webClock: Clock = {
  now: () => Date.now(),
  after(millis, call) {
    let timer: ReturnType<typeof setTimeout>
    function wait(left: number): void {
      const step = Math.min(left, maxTimeoutMillis)
      timer = setTimeout(() => (left > step ? wait(left - step) : call()), step)
    }
    wait(Math.max(0, millis))
    return { cancel: () => clearTimeout(timer) }
  },
}

/** The platform gives no more in one piece. */
const maxDrawBytes = 65_536

/** `crypto.getRandomValues`, for any length. */
export const webRandomness: Randomness = (length) => {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at += maxDrawBytes) {
    crypto.getRandomValues(bytes.subarray(at, at + maxDrawBytes))
  }
  return bytes
}
