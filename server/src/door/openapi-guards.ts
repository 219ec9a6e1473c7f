/**
 * @module What the guards add to every route of the API document: the answers that a client can get before a handler
 * runs, the header on all of them, and how a token is shown.
 */
import type { Route } from '#door/route.ts'
import type { Plain } from '#door/yaml.ts'

export const errorSchema = {
  type: 'object',
  properties: { error: { type: 'string', description: 'What is wrong' } },
  required: ['error'],
}

export const requestIdRef = { $ref: '#/components/headers/RequestId' }
export const requestIdHeader = header(
  'The X-Request-Id of the request, or one that the server made',
)

function header(description: string): Plain {
  return { description, schema: { type: 'string' } }
}

/** Descriptions by header name as header objects. */
export function headerMap(headers: Readonly<Record<string, string>>): Record<string, Plain> {
  const entries = Object.entries(headers)
  return Object.fromEntries(entries.map(([name, text]): [string, Plain] => [name, header(text)]))
}

function guardResponse(description: string, headers: Readonly<Record<string, string>> = {}): Plain {
  return {
    description,
    headers: { ...headerMap(headers), 'X-Request-Id': requestIdRef },
    content: {
      'application/json': { schema: { $ref: '#/components/schemas/ErrorResponse' } },
    },
  }
}

const waitHeaders = { 'Retry-After': 'Seconds to wait before the next try' }

export const guards: readonly {
  readonly status: number
  readonly name: string
  readonly meets: (route: Route) => boolean
  readonly response: Plain
}[] = [
  {
    status: 401,
    name: 'Unauthorized',
    meets: ({ access }) => access !== 'public',
    response: guardResponse('Access token missing, invalid or expired', {
      'WWW-Authenticate': 'Bearer',
    }),
  },
  {
    status: 403,
    name: 'Forbidden',
    meets: ({ access, ...route }) =>
      access !== 'public' && !('scope' in route && route.scope !== undefined),
    response: guardResponse('Access token is good for attachments alone'),
  },
  {
    status: 429,
    name: 'TooManyRequests',
    meets: ({ tier }) => tier !== 'none',
    response: guardResponse('Too many requests from this address', {
      ...waitHeaders,
      'X-RateLimit-After': 'The same number of seconds',
    }),
  },
  {
    status: 500,
    name: 'InternalServerError',
    meets: () => true,
    response: guardResponse('A fault of the server'),
  },
  {
    status: 503,
    name: 'ServiceUnavailable',
    meets: () => true,
    response: guardResponse('The server is busy or shutting down', waitHeaders),
  },
]

export const security: Readonly<Record<Route['access'], Plain | undefined>> = {
  public: undefined,
  bearer: [{ bearerAuth: [] }],
  'gateway-token': [{ bearerAuth: [] }, { queryToken: [] }],
}

export const securitySchemes = {
  bearerAuth: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  queryToken: {
    type: 'apiKey',
    in: 'query',
    name: 'token',
    description: 'The same token, for WebSocket clients that cannot set headers',
  },
}
