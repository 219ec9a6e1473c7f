/**
 * @module The listener on Bun: `Bun.serve` with its own WebSocket handlers, and as little as possible between it and
 * the doors, because every send passes here. Figures beside the rules come from Bun 1.4.4.
 */
import { BunSocket, type BunSocketContext } from '#door/bun-socket.ts'
import {
  asksForSocket,
  bindError,
  errorBody,
  hostCheck,
  idleSecondsOf,
  jsonType,
  noAnswer,
  queueLimitBytes,
  untilIdle,
} from '#door/connection.ts'
import type { Listen, ListenOptions, Listening, Peer } from '#door/listener.ts'

export const listen: Listen = async (options) => {
  const context: BunSocketContext = {
    queueLimit: queueLimitBytes(options.socket),
    onError: options.onError,
    open: 0,
  }
  return listening(serve(options, context), context)
}

function serve(options: ListenOptions, context: BunSocketContext): Bun.Server<BunSocket> {
  const { handle, host, port } = options
  const hasHost = hostCheck()
  try {
    return Bun.serve<BunSocket>({
      hostname: host,
      port,
      ...(options.tls === undefined ? {} : { tls: options.tls }),
      development: false,
      // Otherwise, outside of development, two relays share a port without a word.
      reusePort: false,
      maxRequestBodySize: options.maxBodyBytes,
      idleTimeout: idleSecondsOf(options),
      fetch(request, server) {
        if (!hasHost(request.url)) return failure(400, 'Invalid Host header')
        let isSocket = false
        const answer = handle(request, peerOf(request, server), (handler) => {
          if (!asksForSocket(request.method, (name) => request.headers.get(name))) return false
          isSocket = server.upgrade(request, { data: new BunSocket(handler, context) })
          return isSocket
        })
        if (answer === undefined && !isSocket) throw noAnswer()
        return answer
      },
      error(error) {
        context.onError?.(error)
        return failure(500, 'Internal server error')
      },
      websocket: {
        perMessageDeflate: false,
        maxPayloadLength: options.socket.maxMessageBytes,
        backpressureLimit: context.queueLimit,
        // The gateways ping.
        idleTimeout: 0,
        sendPings: false,
        open(ws) {
          ws.binaryType = 'uint8array'
          ws.data.opened(ws)
        },
        message(ws, message) {
          ws.data.received(message)
        },
        drain(ws) {
          ws.data.drained(ws)
        },
        ping(ws) {
          ws.data.pinged(ws)
        },
        pong(ws) {
          ws.data.ponged()
        },
        close(ws, code) {
          ws.data.ended(code)
        },
      },
    })
  } catch (error) {
    throw bindError(host, port, error)
  }
}

function failure(status: number, message: string): Response {
  return new Response(errorBody(message), { status, headers: { 'content-type': jsonType } })
}

/**
 * A getter against the house's habit: looking an address up costs a bare handler 9 % of its throughput. And no class: the
 * private fields of one cost another 8 %.
 */
function peerOf(request: Request, server: Bun.Server<BunSocket>): Peer {
  return {
    get address() {
      return server.requestIP(request)?.address ?? ''
    },
  }
}

function listening(server: Bun.Server<BunSocket>, context: BunSocketContext): Listening {
  let hasStopped = false
  return {
    port: server.port ?? 0,
    pending: () => server.pendingRequests,
    sockets: () => context.open,
    async stopAccepting() {
      if (hasStopped) return
      hasStopped = true
      // Its promise waits for the last connection, which `drained` and `closeNow` see to.
      void server.stop()
    },
    drained: (signal) =>
      untilIdle(() => server.pendingRequests === 0 && server.pendingWebSockets === 0, signal),
    async closeNow() {
      hasStopped = true
      await server.stop(true)
    },
  }
}
