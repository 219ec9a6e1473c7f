/**
 * @module One TCP connection of a load generator, on Bun's raw sockets: no stream objects, no copies but of what the
 * kernel would not take at once.
 */
import type { Socket } from 'bun'

export interface ConnectionHandler {
  /** The chunk is valid during the call only. */
  onData(chunk: Uint8Array): void
  /** Called at most once, and not after `end`. */
  onEnd(): void
}

export class Connection {
  #socket: Socket<undefined> | undefined
  #unsent: Uint8Array[] = []
  #ended = false

  private constructor() {}

  static async open(port: number, handler: ConnectionHandler): Promise<Connection> {
    const connection = new Connection()
    const lost = (): void => {
      if (connection.#ended) return
      connection.#ended = true
      handler.onEnd()
    }
    connection.#socket = await Bun.connect({
      hostname: '127.0.0.1',
      port,
      socket: {
        data: (_, chunk) => handler.onData(chunk),
        drain: () => connection.#flush(),
        close: lost,
        error: lost,
      },
    })
    connection.#socket.setNoDelay(true)
    return connection
  }

  /** The bytes may be reused after the call. */
  write(bytes: Uint8Array): void {
    if (this.#ended || this.#socket === undefined) return
    if (this.#unsent.length > 0) {
      this.#unsent.push(new Uint8Array(bytes))
      return
    }
    const written = Math.max(this.#socket.write(bytes), 0)
    if (written < bytes.length) this.#unsent.push(new Uint8Array(bytes.subarray(written)))
  }

  /** Ends the connection; nothing is called any more. */
  end(): void {
    this.#ended = true
    this.#socket?.end()
  }

  #flush(): void {
    while (this.#unsent.length > 0 && this.#socket !== undefined) {
      const first = this.#unsent[0] ?? new Uint8Array()
      const written = Math.max(this.#socket.write(first), 0)
      if (written < first.length) {
        this.#unsent[0] = first.subarray(written)
        return
      }
      this.#unsent.shift()
    }
  }
}
