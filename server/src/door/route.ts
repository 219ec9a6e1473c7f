/**
 * @module What a route is: one row of the table that answers requests and that the API document is drawn from.
 */
import type { ZodType } from 'zod'
import type { AccountId } from '@sotto/wire'
import type { Upgrade } from '#door/listener.ts'

/** Which bucket a request draws from; `none` is not limited. */
export type LimitTier = 'auth' | 'standard' | 'none'

export type Access = 'public' | 'bearer' | 'query-token'

export interface Caller {
  readonly account: AccountId
  /** The chain of refresh tokens that the access token came from; undefined for tokens that name none. */
  readonly family: Uint8Array | undefined
}

/** What a handler gets: the request with everything that the guards learned about it. */
export interface Call {
  readonly request: Request
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** Set when the route's access is not `public`. */
  readonly caller: Caller | undefined
  readonly upgrade: Upgrade
  readonly requestId: string
}

export interface DocumentedResponse {
  readonly description: string
  readonly json?: ZodType
  readonly bytes?: 'application/octet-stream' | 'text/yaml' | 'text/html'
  readonly headers?: Readonly<Record<string, string>>
}

export interface DocumentedRequest {
  readonly json?: ZodType
  readonly bytes?: readonly string[]
  readonly description?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** With `{name}` for a parameter: '/v1/keys/{userId}'. */
  readonly path: string
  readonly summary: string
  readonly description?: string
  readonly tag: string
  readonly access: Access
  readonly tier: LimitTier
  readonly parameters?: readonly {
    readonly name: string
    readonly in: 'path' | 'query'
    readonly description: string
    readonly format?: 'uuid'
  }[]
  readonly accepts?: DocumentedRequest
  /** Every status that this route can answer with; those that guards add are filled in by the document. */
  readonly responses: Readonly<Record<number, DocumentedResponse>>
  readonly handle: (call: Call) => Response | undefined | Promise<Response | undefined>
}
