/**
 * @module The listener on Bun: `Bun.serve` with its own WebSocket handlers, and as little as possible between it and
 * the doors, because every send passes here. Figures beside the rules come from Bun 1.4.4.
 */
import { BunSocket, type BunSocketContext } from '#door/bun-socket.ts'
import {
  asksForSocket,
  bindError,
  chosenProtocol,
  exchangeTls,
  errorBody,
  hostCheck,
  idleSecondsOf,
  jsonType,
  noAnswer,
  queueLimitBytes,
  untilIdle,
} from '#door/connection.ts'
import type { Listen, ListenOptions, Listening, Peer, TlsPair } from '#door/listener.ts'

export const listen: Listen = async (options) => {
  const context: BunSocketContext = {
    queueLimit: queueLimitBytes(options.socket),
    onError: options.onError,
    open: 0,
  }
  // Two servers share the port while a certificate is exchanged. That they may must not let two relays do so.
  if (options.tls !== undefined && options.port !== 0) await claimPort(options)
  try {
    return new BunListener(options, context)
  } catch (error) {
    throw bindError(options.host, options.port, error)
  }
}

/** Fails when somebody else listens there. */
async function claimPort({ host, port }: ListenOptions): Promise<void> {
  try {
    const probe = Bun.serve({
      hostname: host,
      port,
      reusePort: false,
      fetch: () => failure(503, 'Server starting'),
    })
    await probe.stop(true)
  } catch (error) {
    throw bindError(host, port, error)
  }
}

function serve(
  options: ListenOptions,
  context: BunSocketContext,
  port: number,
): Bun.Server<BunSocket> {
  const { handle, host } = options
  const hasHost = hostCheck()
  return Bun.serve<BunSocket>({
    hostname: host,
    port,
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    development: false,
    // For `reloadTls` alone. Unless told, Bun lets two relays share a port without a word.
    reusePort: options.tls !== undefined,
    maxRequestBodySize: options.maxBodyBytes,
    idleTimeout: idleSecondsOf(options),
    fetch(request, server) {
      if (!hasHost(request.url)) return failure(400, 'Invalid Host header')
      let isSocket = false
      const answer = handle(request, peerOf(request, server), (handler, choice) => {
        if (isSocket) return false
        if (!asksForSocket(request.method, (name) => request.headers.get(name))) return false
        const protocol = chosenProtocol(request.headers.get('sec-websocket-protocol'), choice)
        isSocket = server.upgrade(request, {
          data: new BunSocket(handler, context),
          // An empty one selects none; without the header Bun would select the first that is offered.
          headers: { 'sec-websocket-protocol': protocol },
        })
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

class BunListener implements Listening {
  readonly port: number
  readonly #options: ListenOptions
  readonly #context: BunSocketContext
  /** The last one accepts connections. Those before it had other certificates, and see to what is still open. */
  #servers: readonly Bun.Server<BunSocket>[]
  #hasStopped = false

  constructor(options: ListenOptions, context: BunSocketContext) {
    const server = serve(options, context, options.port)
    this.port = server.port ?? 0
    this.#options = options
    this.#context = context
    this.#servers = [server]
  }

  pending(): number {
    return this.#servers.reduce((sum, server) => sum + server.pendingRequests, 0)
  }

  sockets(): number {
    return this.#context.open
  }

  /** Bun cannot give a running server another certificate: another server takes over on the same port. */
  async reloadTls(tls: TlsPair): Promise<void> {
    exchangeTls(this.#options, this.#hasStopped, () => {
      const next = serve({ ...this.#options, tls }, this.#context, this.port)
      for (const server of this.#servers) void server.stop()
      this.#servers = [...this.#servers.filter((server) => !isIdle(server)), next]
    })
  }

  async stopAccepting(): Promise<void> {
    if (this.#hasStopped) return
    this.#hasStopped = true
    // Its promise waits for the last connection, which `drained` and `closeNow` see to.
    for (const server of this.#servers) void server.stop()
  }

  drained(signal?: AbortSignal): Promise<boolean> {
    return untilIdle(() => this.#servers.every(isIdle), signal)
  }

  async closeNow(): Promise<void> {
    this.#hasStopped = true
    await Promise.all(this.#servers.map((server) => server.stop(true)))
  }
}

function isIdle(server: Bun.Server<BunSocket>): boolean {
  return server.pendingRequests === 0 && server.pendingWebSockets === 0
}
