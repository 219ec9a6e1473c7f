/**
 * @module Which web pages may call (the CORS protocol of Fetch §3.2). Nothing here is proven by cookies, so that a page
 * gets no more than any program would: without a list every origin may call. What a list adds is said to browsers, and
 * the door of sockets, which CORS leaves alone, asks `isOriginAllowed` by itself.
 */

export interface Cors {
  /** Whether pages of this origin may call. A request without an origin comes from no page, or from one of ours. */
  isOriginAllowed(origin: string | null): boolean
  /** Adds to an answer's headers what a browser must see before it hands the answer to the page. */
  admit(origin: string | null, headers: Headers): void
  /** The answer to a preflight for a path that takes these methods; `admit` adds to it as to any. */
  preflight(origin: string, methods: string): Response
}

/** What clients send, beyond what browsers send on their own. */
const requestHeaders = 'authorization, content-type, idempotency-key, if-none-match, x-request-id'

/** What clients read, beyond what browsers show on their own. */
const responseHeaders = 'etag, key-fingerprint, retry-after, x-request-id'

/** As long as Chromium remembers at most. */
const preflightSeconds = '7200'

/** Undefined for any origin. */
export function createCors(origins: readonly string[] | undefined): Cors {
  const listed = origins === undefined ? undefined : new Set(origins)

  function isOriginAllowed(origin: string | null): boolean {
    return origin === null || listed === undefined || listed.has(origin)
  }

  return {
    isOriginAllowed,
    admit(origin, headers) {
      // A cache must not give one page the answer to another.
      if (listed !== undefined) headers.append('vary', 'origin')
      if (origin === null || !isOriginAllowed(origin)) return
      headers.set('access-control-allow-origin', listed === undefined ? '*' : origin)
      headers.set('access-control-expose-headers', responseHeaders)
    },
    preflight(origin, methods) {
      if (!isOriginAllowed(origin)) return new Response(null, { status: 204 })
      const headers = {
        'access-control-allow-methods': methods,
        'access-control-allow-headers': requestHeaders,
        'access-control-max-age': preflightSeconds,
      }
      return new Response(null, { status: 204, headers })
    },
  }
}

/** The origin that asks what it may send, if this is such a question (Fetch §3.2.2). */
export function preflightOrigin({ method, headers }: Request): string | undefined {
  if (method !== 'OPTIONS' || !headers.has('access-control-request-method')) return undefined
  return headers.get('origin') ?? undefined
}
