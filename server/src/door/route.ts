/**
 * @module What a route is: one row of the table that answers requests and that the API document is drawn from.
 */
import type { ZodMiniType } from 'zod/mini'
import type { Peer, Upgrade } from '#door/listener.ts'
import type { Caller } from '#guard/access-token.ts'

/** Which bucket a request draws from; `none` is not limited. */
export type LimitTier = 'auth' | 'standard' | 'none'

/** `gateway-token` takes the token from the query, as Obscura's clients send it, or from the Authorization header. */
export type Access = 'public' | 'bearer' | 'gateway-token'

/** What a handler gets: the request with everything that the guards learned about it. */
export interface Call<Who = Caller | undefined> {
  readonly request: Request
  readonly peer: Peer
  readonly params: Readonly<Record<string, string>>
  readonly caller: Who
  readonly upgrade: Upgrade
}

export interface DocumentedResponse {
  readonly description: string
  readonly json?: ZodMiniType
  readonly bytes?: 'application/octet-stream' | 'text/html' | 'text/plain' | 'text/yaml'
  readonly headers?: Readonly<Record<string, string>>
}

export interface DocumentedRequest {
  readonly json?: ZodMiniType
  readonly bytes?: readonly string[]
  readonly description?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** All of a route but who may ask, and the answer. */
export interface Described {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** With `{name}` for a parameter: '/v1/keys/{userId}'. */
  readonly path: string
  readonly summary: string
  readonly description?: string
  readonly tag: string
  readonly tier: LimitTier
  readonly parameters?: readonly {
    readonly name: string
    readonly in: 'path' | 'query'
    readonly description: string
    readonly format?: 'uuid'
    readonly isRequired?: boolean
  }[]
  readonly accepts?: DocumentedRequest
  /** Every status that the handler answers with. Those that guards answer with are added by the document. */
  readonly responses: Readonly<Record<number, DocumentedResponse>>
}

/** A response, or undefined after the request became a socket. */
export type Answer = Response | undefined | Promise<Response | undefined>

export type Route = Described &
  (
    | { readonly access: 'public'; readonly handle: (call: Call<undefined>) => Answer }
    | {
        readonly access: 'bearer' | 'gateway-token'
        /** Tokens that are good for this alone will do. */
        readonly scope?: 'attachments'
        readonly handle: (call: Call<Caller>) => Answer
      }
  )
