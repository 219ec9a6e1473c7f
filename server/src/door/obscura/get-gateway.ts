/**
 * @module GET /v1/gateway: the socket that a user's envelopes arrive on. Keeps the sessions that are open, asks them for a
 * sign of life, and ends them when the relay stops.
 */
import type { AccountId } from '@sotto/wire'
import type { Events } from '#watch/events.ts'
import type { Label } from '#watch/label-values.ts'
import {
  GatewaySession,
  type SessionDeps,
  type SessionHost,
} from '#door/obscura/gateway-session.ts'
import type { Route } from '#door/route.ts'
import { failure } from '#door/obscura/replies.ts'
import { errorResponse } from '#door/obscura/schemas.ts'

export interface GatewayDeps extends SessionDeps {
  readonly maxSockets: number
  /** One more closes this account's oldest. */
  readonly maxSocketsPerAccount: number
  readonly events: SessionDeps['events'] &
    Pick<Events, 'gatewayOpened' | 'gatewayClosed' | 'gatewayRefused'>
}

export interface Gateway {
  readonly route: Route
  /** Sends a ping to every session. */
  ping(): void
  /** Ends the sessions that gave no sign since the ping. */
  checkPulses(): void
  /** Ends every session with 1001, and resolves when what they acknowledged is removed. */
  stop(): Promise<void>
}

export function createGateway(deps: GatewayDeps): Gateway {
  const { events } = deps
  /** In the order in which they came. Most accounts have one, which needs no list. */
  const sessionsByAccount = new Map<string, GatewaySession | readonly GatewaySession[]>()
  let open = 0
  let isStopping = false

  /** Only once it is a socket: a request that is no handshake must not cost the account its oldest. */
  function add(key: string, session: GatewaySession): void {
    const others = sessionsOf(key).filter((other) => !other.hasEnded)
    if (others.length >= deps.maxSocketsPerAccount) others[0]?.end('displaced')
    keep(key, [...sessionsOf(key), session])
    open++
    events.gatewayOpened()
  }

  function remove(session: GatewaySession, reason: Label<'closed'>): void {
    const key = keyOf(session.account)
    keep(
      key,
      sessionsOf(key).filter((other) => other !== session),
    )
    open--
    events.gatewayClosed(reason)
  }

  function sessionsOf(key: string): readonly GatewaySession[] {
    const kept = sessionsByAccount.get(key) ?? []
    return kept instanceof GatewaySession ? [kept] : kept
  }

  function keep(key: string, sessions: readonly GatewaySession[]): void {
    const [first] = sessions
    if (first === undefined) sessionsByAccount.delete(key)
    else sessionsByAccount.set(key, sessions.length === 1 ? first : sessions)
  }

  // As long as the relay: what comes before a session has read anything reaches it.
  deps.bus.onNotice((account, notice) => {
    for (const session of sessionsOf(keyOf(account))) session.onNotice(notice)
  })

  /** One for all sessions. */
  const host: SessionHost = { ended: remove }

  function* all(): Generator<GatewaySession> {
    // Those who are walked may leave meanwhile.
    for (const kept of [...sessionsByAccount.values()]) {
      if (kept instanceof GatewaySession) yield kept
      else yield* kept
    }
  }

  return {
    route: {
      method: 'GET',
      path: '/v1/gateway',
      summary: 'Connect to the message stream',
      description:
        'WebSocket. Each binary message is one `WebSocketFrame`. The relay pushes `Envelope` and `PreKeyStatus`, the client answers with `AckMessage`; what is acknowledged is deleted. Everything else that waits is delivered again on the next connection.',
      tag: 'Messaging',
      access: 'gateway-token',
      tier: 'standard',
      parameters: [
        {
          name: 'token',
          in: 'query',
          description:
            'JWT access token; an `Authorization: Bearer` header does as well, and stays out of proxies’ logs',
        },
      ],
      responses: {
        101: { description: 'Switching protocols' },
        400: { description: 'Not a WebSocket handshake', json: errorResponse },
      },
      handle({ caller, upgrade }) {
        if (isStopping || open >= deps.maxSockets) {
          events.gatewayRefused(isStopping ? 'stopping' : 'relay-full')
          return failure(503, isStopping ? 'Server shutting down' : 'Too many connections', {
            'retry-after': '5',
          })
        }
        const key = keyOf(caller.account)
        const session = new GatewaySession(caller, deps, host)
        if (!upgrade(session)) {
          events.gatewayRefused('no-upgrade')
          return failure(400, 'Expected a WebSocket handshake')
        }
        add(key, session)
        return undefined
      },
    },
    ping() {
      for (const session of all()) session.ping()
    },
    checkPulses() {
      for (const session of all()) session.checkPulse()
    },
    async stop() {
      isStopping = true
      const sessions = [...all()]
      for (const session of sessions) session.end('shutdown')
      await Promise.all(sessions.map((session) => session.flush()))
    },
  }
}

function keyOf(account: AccountId): string {
  return Buffer.from(account).toString('latin1')
}
