/**
 * @module Opens the port of operators, unless the options leave it out.
 */
import { randomUUID } from 'node:crypto'
import { createDispatch } from '#door/dispatch.ts'
import type { Listen, Listening } from '#door/listener.ts'
import type { Route } from '#door/route.ts'
import type { AccessTokens } from '#guard/access-token.ts'
import type { Options } from '#options.ts'
import type { Events } from '#watch/events.ts'

/** What is asked for here is a line or two; what is mirrored has limits of its own. */
const maxBytes = 1024
const maxMirroredBytes = 16 * 1024 * 1024

export interface OpsParts {
  readonly options: Options
  readonly listen: Listen
  readonly routes: readonly Route[]
  /** What is answered here as on the port for clients. */
  readonly mirrored: readonly Route[]
  readonly tokens: AccessTokens
  readonly nowMillis: () => number
  readonly events: Events
  readonly onError: (error: unknown) => void
}

export async function openOps(parts: OpsParts): Promise<Listening | undefined> {
  const { mgmtHost: host, mgmtPort: port } = parts.options
  if (port === 'off') return undefined
  const listening = await parts.listen({
    host,
    port,
    tls: undefined,
    socket: { maxMessageBytes: maxBytes },
    maxBodyBytes: parts.mirrored.length === 0 ? maxBytes : maxMirroredBytes,
    handle: createDispatch({
      routes: [...parts.routes, ...parts.mirrored],
      tokens: parts.tokens,
      clientOf: () => '',
      admit: () => ({ allowed: true }),
      newRequestId: randomUUID,
      nowMillis: parts.nowMillis,
      events: parts.events,
    }),
    onError: parts.onError,
  })
  parts.events.relayListening('operations', { host, port: listening.port, tls: 'none' })
  return listening
}
