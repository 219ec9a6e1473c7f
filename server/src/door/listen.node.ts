/**
 * @module The listener on Node: `node:http` or `node:https`, and `ws` for the sockets. It behaves as `listen.bun.ts`
 * does; where Node could do more, both keep to what Bun can.
 */
import { createServer, ServerResponse, type IncomingMessage, type Server } from 'node:http'
import { createServer as createTlsServer, Server as TlsServer } from 'node:https'
import { Socket as RawSocket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import {
  asksForSocket,
  bindError,
  chosenProtocol,
  exchangeTls,
  flushSeconds,
  headerSeconds,
  hostCheck,
  idleSecondsOf,
  minUploadBytesPerSecond,
  queueLimitBytes,
  untilIdle,
} from '#door/connection.ts'
import type {
  Listen,
  ListenOptions,
  Listening,
  SocketHandler,
  TlsPair,
  Upgrade,
} from '#door/listener.ts'
import { exchange, type ExchangeContext } from '#door/node-exchange.ts'
import { NodeSocket, type NodeSocketContext } from '#door/node-socket.ts'

export const listen: Listen = async (options) => {
  try {
    const listener = new NodeListener(options)
    await listener.bind()
    return listener.listening()
  } catch (error) {
    throw bindError(options.host, options.port, error)
  }
}

const noUpgrade: Upgrade = () => false

class NodeListener {
  readonly #options: ListenOptions
  readonly #idleMillis: number
  readonly #server: Server
  readonly #webSockets: WebSocketServer
  readonly #socketContext: NodeSocketContext
  readonly #exchangeContext: ExchangeContext
  /** Sockets whose handlers are not done. */
  readonly #open = new Set<NodeSocket>()
  /** Sockets whose connections still exist. */
  readonly #connected = new Set<NodeSocket>()
  /** Connections that asked for a socket and have no answer yet: Node's server has let go of them. */
  readonly #undecided = new Set<Duplex>()
  readonly #closed: Promise<void>
  #pending = 0
  #isStopping = false

  constructor(options: ListenOptions) {
    this.#options = options
    this.#idleMillis = idleSecondsOf(options) * 1000
    this.#exchangeContext = { options, hasHost: hostCheck() }
    this.#socketContext = {
      queueLimit: queueLimitBytes(options.socket),
      onError: options.onError,
      onEnded: (socket) => this.#open.delete(socket),
      onGone: (socket) => this.#connected.delete(socket),
    }
    const socketOptions = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: options.socket.maxMessageBytes,
      autoPong: false,
      closeTimeout: flushSeconds * 1000,
    }
    this.#webSockets = new WebSocketServer(socketOptions)
    this.#server = this.#createServer()
    this.#closed = new Promise((resolve) => this.#server.once('close', resolve))
    this.#server.timeout = this.#idleMillis
    this.#server.on('request', (incoming, outgoing) => {
      this.#exchange(incoming, outgoing, noUpgrade)
    })
    this.#server.on('upgrade', (incoming, raw, head) => {
      if (raw instanceof RawSocket) this.#decide(incoming, raw, head)
      else raw.destroy()
    })
  }

  #createServer(): Server {
    const { maxBodyBytes, tls } = this.#options
    const common = {
      headersTimeout: Math.min(headerSeconds * 1000, this.#idleMillis),
      requestTimeout: this.#idleMillis + Math.ceil((maxBodyBytes / minUploadBytesPerSecond) * 1000),
      keepAliveTimeout: this.#idleMillis,
      connectionsCheckingInterval: Math.min(this.#idleMillis / 4, 5000),
      noDelay: true,
      shouldUpgradeCallback: (incoming: IncomingMessage) =>
        asksForSocket(incoming.method ?? '', (name) => headerText(incoming, name)),
    }
    return tls === undefined
      ? createServer(common)
      : createTlsServer({ ...common, ...tls, handshakeTimeout: this.#idleMillis })
  }

  async bind(): Promise<void> {
    const { host, port } = this.#options
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
  }

  listening(): Listening {
    const address = this.#server.address()
    return {
      port: address === null || typeof address === 'string' ? 0 : address.port,
      pending: () => this.#pending,
      sockets: () => this.#open.size,
      reloadTls: async (pair) => this.#reloadTls(pair),
      stopAccepting: async () => this.#stop(),
      drained: (signal) =>
        untilIdle(() => this.#pending === 0 && this.#connected.size === 0, signal),
      closeNow: () => this.#close(),
    }
  }

  #exchange(incoming: IncomingMessage, outgoing: ServerResponse, upgrade: Upgrade): void {
    this.#pending++
    if (this.#isStopping) outgoing.shouldKeepAlive = false
    void exchange(incoming, outgoing, upgrade, this.#exchangeContext, () => {
      this.#pending--
      // Its headers may have promised to keep the connection before the listener was stopped.
      if (this.#isStopping) setImmediate(() => this.#server.closeIdleConnections())
    })
  }

  /** A handshake: the handler answers it like any request, or takes the connection over. */
  #decide(incoming: IncomingMessage, raw: RawSocket, head: Buffer): void {
    const outgoing = new ServerResponse(incoming)
    const onDrain = () => outgoing.emit('drain')
    const onTimeout = () => raw.destroy()
    this.#undecided.add(raw)
    raw.once('close', () => this.#undecided.delete(raw))
    raw.on('error', onTimeout)
    raw.on('timeout', onTimeout)
    raw.on('drain', onDrain)
    outgoing.shouldKeepAlive = false
    outgoing.assignSocket(raw)
    outgoing.once('finish', () => raw.destroySoon())

    this.#exchange(incoming, outgoing, (handler, choice) => {
      const protocol = chosenProtocol(headerText(incoming, 'sec-websocket-protocol'), choice)
      if (!raw.readable || !raw.writable) return false
      outgoing.detachSocket(raw)
      raw.off('drain', onDrain)
      this.#undecided.delete(raw)
      // `ws` takes the first that is offered, and refuses a list with one twice.
      incoming.headers['sec-websocket-protocol'] = protocol === '' ? undefined : protocol
      return this.#raise(incoming, raw, head, handler)
    })
  }

  #raise(incoming: IncomingMessage, raw: RawSocket, head: Buffer, handler: SocketHandler): boolean {
    let isRaised = false
    this.#webSockets.handleUpgrade(incoming, raw, head, (ws) => {
      const socket = new NodeSocket(ws, raw, handler, this.#socketContext)
      this.#open.add(socket)
      this.#connected.add(socket)
      isRaised = true
      socket.opened()
    })
    return isRaised
  }

  #reloadTls(pair: TlsPair): void {
    exchangeTls(this.#options, this.#isStopping, () => {
      if (this.#server instanceof TlsServer) this.#server.setSecureContext(pair)
    })
  }

  #stop(): void {
    if (this.#isStopping) return
    this.#isStopping = true
    this.#server.close()
  }

  async #close(): Promise<void> {
    this.#stop()
    for (const socket of this.#connected) socket.terminate()
    for (const raw of this.#undecided) raw.destroy()
    this.#server.closeAllConnections()
    await this.#closed
  }
}

function headerText(incoming: IncomingMessage, name: string): string | undefined {
  const value = incoming.headers[name]
  return typeof value === 'string' ? value : undefined
}
