/**
 * @module What the parts of the listener's contract share: a started listener that ends with its test, and handlers that
 * write down what happens to them.
 */
import { opcode, Wire, WireSocket, type SocketOptions } from '#door/listener.client.ts'
import type {
  Listen,
  Listening,
  ListenOptions,
  Peer,
  Socket,
  SocketHandler,
  Upgrade,
} from '#door/listener.ts'

export const isBun = process.versions.bun !== undefined

/** The largest message and body of a listener under test, unless the test says otherwise. */
export const maxMessageBytes = 64 * 1024
export const maxBodyBytes = 256 * 1024

export class Started {
  readonly listening: Listening
  readonly port: number
  /** What `onError` heard. */
  readonly errors: unknown[]
  readonly #wires: Wire[] = []

  private constructor(listening: Listening, errors: unknown[]) {
    this.listening = listening
    this.port = listening.port
    this.errors = errors
  }

  static async open(
    listen: Listen,
    handle: (request: Request, peer: Peer, upgrade: Upgrade) => ReturnType<ListenOptions['handle']>,
    options: Partial<ListenOptions> = {},
  ): Promise<Started> {
    const errors: unknown[] = []
    const listening = await listen({
      host: '127.0.0.1',
      port: 0,
      tls: undefined,
      socket: { maxMessageBytes },
      maxBodyBytes,
      onError: (error) => errors.push(error),
      ...options,
      handle,
    })
    return new Started(listening, errors)
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async wire(ca?: string): Promise<Wire> {
    const wire = await Wire.open(this.port, ca)
    this.#wires.push(wire)
    return wire
  }

  async socket(options: SocketOptions = {}): Promise<WireSocket> {
    const socket = await WireSocket.open(this.port, options)
    this.#wires.push(socket.wire)
    return socket
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.listening.closeNow()
    for (const wire of this.#wires) wire.destroy()
  }
}

/** Writes down what happens to one socket. */
export class Recorder implements SocketHandler {
  socket: Socket | undefined
  readonly messages: { readonly bytes: Uint8Array; readonly isText: boolean }[] = []
  readonly closes: number[] = []
  drains = 0
  pongs = 0

  onOpen(socket: Socket): void {
    this.socket = socket
  }

  onMessage(bytes: Uint8Array, isText: boolean): void {
    this.messages.push({ bytes, isText })
  }

  onDrain(): void {
    this.drains++
  }

  onPong(): void {
    this.pongs++
  }

  onClose(code: number): void {
    this.closes.push(code)
  }

  /** The socket, which the server has by the time that the client has its handshake. */
  get open(): Socket {
    if (this.socket === undefined) throw new Error('The socket is not open')
    return this.socket
  }
}

/** Sends every message back as it came. */
export class Echo extends Recorder {
  override onMessage(bytes: Uint8Array, isText: boolean): void {
    super.onMessage(bytes, isText)
    this.open.send(bytes)
  }
}

export interface SocketServer extends AsyncDisposable {
  readonly server: Started
  /** One for each socket, in the order of their handshakes. */
  readonly recorders: readonly Recorder[]
}

/** A listener that turns every handshake into a socket, and answers 'plain' to everything else. */
export async function startSockets(
  listen: Listen,
  makeHandler: () => Recorder = () => new Recorder(),
  options: Partial<ListenOptions> = {},
): Promise<SocketServer> {
  const recorders: Recorder[] = []
  const server = await Started.open(
    listen,
    (_request, _peer, upgrade) => {
      const recorder = makeHandler()
      if (!upgrade(recorder)) return new Response('plain')
      recorders.push(recorder)
      return undefined
    },
    options,
  )
  return { server, recorders, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

/** The only socket of a server, with its client. */
export async function onePair(
  { server, recorders }: SocketServer,
  options: SocketOptions = {},
): Promise<{ readonly client: WireSocket; readonly recorder: Recorder }> {
  const before = recorders.length
  const client = await server.socket(options)
  const recorder = recorders[before]
  if (recorder === undefined) throw new Error('No socket was opened')
  return { client, recorder }
}

/** Asks a socket for an answer, which tells that it is alive and not behind. */
export async function isAlive(client: WireSocket): Promise<boolean> {
  const text = `alive ${client.frames.length}`
  client.send(opcode.ping, text)
  const pongs = await client.of(
    opcode.pong,
    client.frames.filter((frame) => frame.opcode === opcode.pong).length + 1,
  )
  return pongs.at(-1)?.payload.toString() === text
}
