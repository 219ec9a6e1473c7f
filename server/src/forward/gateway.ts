/**
 * @module The gateway as the forwarder meets it. What goes there is the sealed body and its media type: nothing that a
 * client sent beside it. Redirects are not followed, and nothing is read beyond its limit.
 */
import {
  keyProblemType,
  requestMediaType,
  responseMediaType,
} from '@sotto/veil/ohttp/encapsulation'
import { keysMediaType } from '@sotto/veil/ohttp/key-config'
import { readAnswer } from '#door/ohttp/read-answer.ts'

export type Forwarded =
  | { readonly kind: 'answered'; readonly body: Uint8Array<ArrayBuffer> }
  /** The gateway says that the client sealed for another key than it has (RFC 9458 §5.3). */
  | { readonly kind: 'other-key' }
  /** It did not answer, not in time, not well, or too much. */
  | { readonly kind: 'failed' }

/** In which form the key is written: one configuration, or the list of RFC 9458 §3.2. */
export type KeyForm = 'bare' | 'list'

export interface GatewayKey {
  readonly body: Uint8Array<ArrayBuffer>
  readonly fingerprint: string | undefined
  /** For how long the gateway lets it be kept; undefined when it does not say. */
  readonly maxAgeSeconds: number | undefined
}

export interface Gateway {
  /** Gives up when the signal aborts. */
  forward(body: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<Forwarded>
  /** Undefined when it could not be had. */
  key(form: KeyForm): Promise<GatewayKey | undefined>
}

export interface GatewayOptions {
  /** Scheme, host and port. */
  readonly origin: string
  readonly timeoutMillis: number
  readonly maxResponseBytes: number
  readonly maxKeyResponseBytes: number
}

const maxProblemBytes = 4096

export function createGateway(options: GatewayOptions): Gateway {
  const { origin, timeoutMillis, maxResponseBytes, maxKeyResponseBytes } = options

  async function send(body: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<Forwarded> {
    const response = await fetch(`${origin}/v2/ohttp`, {
      method: 'POST',
      headers: { 'content-type': requestMediaType, accept: responseMediaType },
      body,
      redirect: 'manual',
      signal,
    })
    if (response.ok) {
      const answer = await readAnswer(response, maxResponseBytes)
      return answer === undefined ? { kind: 'failed' } : { kind: 'answered', body: answer }
    }
    const problem = await readAnswer(response, maxProblemBytes)
    return isKeyProblem(response, problem) ? { kind: 'other-key' } : { kind: 'failed' }
  }

  async function fetchKey(form: KeyForm): Promise<GatewayKey | undefined> {
    const query = form === 'list' ? '?format=rfc9458' : ''
    const response = await fetch(`${origin}/v2/ohttp-key${query}`, {
      headers: { accept: keysMediaType },
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMillis),
    })
    const body = await readAnswer(response, maxKeyResponseBytes)
    if (!response.ok || body === undefined || body.length === 0) return undefined
    const fingerprint = response.headers.get('key-fingerprint') ?? undefined
    return {
      body,
      fingerprint: /^[\da-f]{64}$/.test(fingerprint ?? '') ? fingerprint : undefined,
      maxAgeSeconds: maxAgeOf(response.headers),
    }
  }

  return {
    async forward(body, signal) {
      try {
        return await send(body, AbortSignal.any([signal, AbortSignal.timeout(timeoutMillis)]))
      } catch {
        return { kind: 'failed' }
      }
    },
    async key(form) {
      try {
        return await fetchKey(form)
      } catch {
        return undefined
      }
    },
  }
}

function isKeyProblem({ status, headers }: Response, body: Uint8Array | undefined): boolean {
  const isProblem = headers.get('content-type')?.startsWith('application/problem+json') === true
  if (status < 400 || status > 499 || !isProblem || body === undefined) return false
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body))
    return (
      typeof value === 'object' &&
      value !== null &&
      'type' in value &&
      value.type === keyProblemType
    )
  } catch {
    return false
  }
}

/** RFC 9111 §5.2.2.1; `no-store` is no age at all. */
function maxAgeOf(headers: Headers): number | undefined {
  const control = headers.get('cache-control')?.toLowerCase() ?? ''
  if (/\bno-(?:store|cache)\b/.test(control)) return 0
  const [, seconds] = /\bmax-age=(\d{1,9})\b/.exec(control) ?? []
  return seconds === undefined ? undefined : Number(seconds)
}
