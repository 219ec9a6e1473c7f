/**
 * @module The port between the doors and a runtime's HTTP and WebSocket server. `listen.bun.ts` and `listen.node.ts`
 * implement it and nothing else in `door/` knows which one runs.
 */

/** What a request's connection knows. */
export interface Peer {
  /** The TCP peer's address as text; empty when the socket is gone. */
  readonly address: string
}

/** One open WebSocket. Binary frames only: doors that answer in text encode it themselves. */
export interface Socket {
  /**
   * 'sent' went to the kernel or its buffer; 'full' was queued, stop until `onDrain`; 'closed' went nowhere.
   * A frame is never dropped in silence: what does not fit is queued and answered 'full'.
   */
  send(frame: Uint8Array): 'sent' | 'full' | 'closed'
  ping(): void
  /** Starts the closing handshake (RFC 6455 §7.1.2). `code` 1005 sends an empty close frame. */
  close(code: number, reason: string): void
  /** Ends the connection without a handshake. */
  terminate(): void
}

export interface SocketHandler {
  onOpen(socket: Socket): void
  /** A text message arrives as its UTF-8 bytes with `isText`. */
  onMessage(message: Uint8Array, isText: boolean): void
  /** Room again after a 'full'. */
  onDrain(): void
  onPong(): void
  /** Called exactly once, whoever closed. */
  onClose(code: number): void
}

export interface SocketLimits {
  readonly maxMessageBytes: number
}

/** Asks the runtime to turn this request into a socket; false when it is no upgrade request. */
export type Upgrade = (handler: SocketHandler) => boolean

export interface ListenOptions {
  readonly host: string
  readonly port: number
  readonly tls: { readonly cert: string; readonly key: string } | undefined
  readonly socket: SocketLimits
  /** Bodies above this many bytes are refused by the runtime itself. A route's own limit is stricter. */
  readonly maxBodyBytes: number
  /**
   * Answers a request. After a true `upgrade` the response is ignored and may be undefined.
   */
  readonly handle: (
    request: Request,
    peer: Peer,
    upgrade: Upgrade,
  ) => Response | undefined | Promise<Response | undefined>
}

export interface Listening {
  readonly port: number
  /** Requests that are being answered now. */
  pending(): number
  sockets(): number
  /** Accept nothing new; open requests and sockets go on. */
  stopAccepting(): Promise<void>
  /** Ends whatever is still open. */
  closeNow(): Promise<void>
}

export type Listen = (options: ListenOptions) => Promise<Listening>
