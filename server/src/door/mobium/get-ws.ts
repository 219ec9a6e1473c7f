/**
 * @module GET /ws: the live door. Who may connect, how many at once, and the sockets that are open.
 */
import type { WrittenForm } from '@sotto/wire/live'
import type { ClientAddress } from '#guard/client-address.ts'
import type { Events } from '#watch/events.ts'
import type { Route } from '#door/route.ts'
import { Session, type SessionDeps, type SessionHost } from '#door/mobium/session.ts'

export interface LiveDoorDeps extends SessionDeps {
  readonly events: SessionDeps['events'] &
    Pick<Events, 'gatewayClosed' | 'gatewayOpened' | 'gatewayRefused'>
  readonly addressOf: ClientAddress
  readonly isOriginAllowed: (origin: string | null) => boolean
  /** Infinite for no limit. */
  readonly maxSockets: number
  readonly maxSocketsPerAddress: number
  /** How bytes are written before a client has shown what it understands. */
  readonly firstForm: WrittenForm
}

export interface LiveDoor {
  readonly route: Route
  /** Asks every socket for a sign of life, and then ends those that gave none. */
  ping(): void
  checkPulses(): void
  /** Sockets that are open. */
  count(): number
  /** Takes no more, closes all with 1001, and resolves when what they acknowledged is written. */
  stop(): Promise<void>
}

/** Asks for bytes as `bin` from the first frame on. */
export const binProtocol = 'mobium.bin.v1'

export function createLiveDoor(deps: LiveDoorDeps): LiveDoor {
  const { events } = deps
  const sessions = new Set<Session>()
  const countsByAddress = new Map<string, number>()
  let isStopping = false

  const host: SessionHost = {
    ended(session, reason) {
      sessions.delete(session)
      const left = (countsByAddress.get(session.address) ?? 0) - 1
      if (left > 0) countsByAddress.set(session.address, left)
      else countsByAddress.delete(session.address)
      events.gatewayClosed(reason)
    },
  }

  function refusal(request: Request, address: string): Response | undefined {
    const origin = request.headers.get('origin')
    if (!deps.isOriginAllowed(origin)) {
      events.gatewayRefused('foreign-origin')
      return failure(403, 'Origin not allowed')
    }
    const ofAddress = countsByAddress.get(address) ?? 0
    if (isStopping) events.gatewayRefused('stopping')
    else if (sessions.size >= deps.maxSockets) {
      events.gatewayRefused('relay-full')
    } else if (ofAddress >= deps.maxSocketsPerAddress) {
      events.gatewayRefused('address-full')
    } else return undefined
    return failure(503, isStopping ? 'Server shutting down' : 'Too many connections')
  }

  return {
    route: {
      method: 'GET',
      path: '/ws',
      summary: 'The live door: MessagePack over a WebSocket',
      tag: 'Live',
      access: 'public',
      // Counted by connection here, and by message once it is open.
      tier: 'none',
      responses: {
        101: { description: 'Switching protocols' },
        400: { description: 'Not a WebSocket handshake' },
        403: { description: 'A page of this origin may not connect' },
        503: { description: 'Too many connections, or the relay is stopping' },
      },
      handle({ request, peer, upgrade }) {
        const address = deps.addressOf(peer.address, request.headers.get('x-forwarded-for'))
        const refused = refusal(request, address)
        if (refused !== undefined) return refused
        const wantsBin = offers(request, binProtocol)
        const session = new Session(address, wantsBin ? 'bin' : deps.firstForm, deps, host)
        if (!upgrade(session, wantsBin ? { protocol: binProtocol } : {})) {
          events.gatewayRefused('no-upgrade')
          return failure(400, 'Expected a WebSocket handshake')
        }
        countsByAddress.set(address, (countsByAddress.get(address) ?? 0) + 1)
        sessions.add(session)
        events.gatewayOpened()
        return undefined
      },
    },
    ping() {
      for (const session of sessions) session.ping()
    },
    checkPulses() {
      for (const session of sessions) session.checkPulse()
    },
    count: () => sessions.size,
    async stop() {
      isStopping = true
      const open = [...sessions]
      const flushed = open.map((session) => session.flush())
      for (const session of open) session.end('shutdown')
      await Promise.all(flushed)
    },
  }
}

function offers(request: Request, protocol: string): boolean {
  const offered = request.headers.get('sec-websocket-protocol') ?? ''
  return offered.split(',').some((each) => each.trim() === protocol)
}

function failure(status: number, error: string): Response {
  const headers: Record<string, string> = status === 503 ? { 'retry-after': '5' } : {}
  return Response.json({ error }, { status, headers })
}
