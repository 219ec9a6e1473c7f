/**
 * @module What operators ask, on a port of its own: is it alive, is it ready, what does it count, what is it. Nothing
 * here is about a person, and nothing here is reachable from the clients' port.
 */
import * as z from 'zod/mini'
import type { Route } from '#door/route.ts'
import { bearerCheck } from '#guard/bearer-check.ts'
import type { Events } from '#watch/events.ts'
import type { Metrics } from '#watch/metrics.ts'

export interface OpsDeps {
  /** Rejects unless the database would take a write. */
  readonly checkDatabase: (signal: AbortSignal) => Promise<void>
  /** Rejects unless the attachments' storage answers. */
  readonly checkStorage: (signal: AbortSignal) => Promise<void>
  readonly databaseTimeoutMillis: number
  readonly storageTimeoutMillis: number
  readonly isStopping: () => boolean
  readonly metrics: Metrics
  /** Without it anybody who reaches the port reads them. */
  readonly metricsToken: string | undefined
  readonly events: Pick<Events, 'healthChecked'>
  readonly build: {
    readonly name: string
    readonly version: string
    readonly runtime: string
    readonly startedAt: string
  }
}

const health = z.object({
  status: z.enum(['ok', 'error']),
  database: z.enum(['ok', 'error']),
  storage: z.enum(['ok', 'error']),
})

export function opsRoutes(deps: OpsDeps): readonly Route[] {
  const { metricsToken } = deps
  const mayRead = metricsToken === undefined ? () => true : bearerCheck(metricsToken)
  async function readiness(): Promise<Response> {
    const [database, storage] = await Promise.all([
      answersInTime(deps.checkDatabase, deps.databaseTimeoutMillis),
      answersInTime(deps.checkStorage, deps.storageTimeoutMillis),
    ])
    deps.events.healthChecked('database', database)
    deps.events.healthChecked('storage', storage)
    const isReady = database && storage && !deps.isStopping()
    return Response.json(
      { status: word(isReady), database: word(database), storage: word(storage) },
      { status: isReady ? 200 : 503 },
    )
  }
  const ready = {
    method: 'GET',
    tag: 'Operations',
    access: 'public',
    tier: 'none',
    responses: {
      200: { description: 'Ready for traffic', json: health },
      503: { description: 'A part does not answer, or the relay is stopping', json: health },
    },
    handle: readiness,
  } as const

  return [
    {
      method: 'GET',
      path: '/livez',
      summary: 'The process runs',
      tag: 'Operations',
      access: 'public',
      tier: 'none',
      responses: { 200: { description: 'Alive' } },
      handle: () => new Response(null, { status: 200 }),
    },
    { ...ready, path: '/readyz', summary: 'Database and storage answer' },
    { ...ready, path: '/health', summary: 'The same as /readyz' },
    {
      method: 'GET',
      path: '/metrics',
      summary: 'Counters for Prometheus',
      tag: 'Operations',
      access: 'public',
      tier: 'none',
      responses: {
        200: { description: 'Prometheus text format' },
        401: { description: 'No token, or another one' },
      },
      async handle({ request }) {
        if (!mayRead(request.headers.get('authorization'))) {
          return new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer' } })
        }
        return new Response(await deps.metrics.text(), {
          headers: { 'content-type': deps.metrics.contentType },
        })
      },
    },
    {
      method: 'GET',
      path: '/build-info',
      summary: 'Name, version and runtime',
      tag: 'Operations',
      access: 'public',
      tier: 'none',
      responses: { 200: { description: 'What runs here' } },
      handle: () => Response.json(deps.build),
    },
  ]
}

function word(isWell: boolean): 'ok' | 'error' {
  return isWell ? 'ok' : 'error'
}

/** False when it fails, and when it takes longer: what hangs must not make the answer hang. */
async function answersInTime(
  check: (signal: AbortSignal) => Promise<void>,
  timeoutMillis: number,
): Promise<boolean> {
  const abort = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => {
      abort.abort()
      resolve(false)
    }, timeoutMillis)
  })
  const checked = check(abort.signal).then(
    () => true,
    () => false,
  )
  try {
    return await Promise.race([checked, late])
  } finally {
    clearTimeout(timer)
  }
}
