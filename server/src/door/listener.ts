/**
 * @module The port between the doors and a runtime's HTTP and WebSocket server. `listen.bun.ts` and `listen.node.ts`
 * implement it and nothing else in `door/` knows which one runs.
 */

/** What a request's connection knows. */
export interface Peer {
  /**
   * The TCP peer's address as text; empty when the socket is gone. Looked up when read, because a runtime may charge
   * for it: read it once, and only where it is needed.
   */
  readonly address: string
}

/** One open WebSocket. Binary frames only: doors that answer in text encode it themselves. */
export interface Socket {
  /**
   * 'sent' went to the kernel or its buffer; 'full' was queued, stop until `onDrain`; 'closed' went nowhere.
   * A frame is never dropped in silence: what does not fit is queued and answered 'full', and a sender who goes on
   * until more than `queueLimitBytes` wait loses the connection. The bytes belong to the socket from here on.
   */
  send(frame: Uint8Array): 'sent' | 'full' | 'closed'
  /**
   * The same as `send` for each of them in this order, in as few system calls as the runtime allows, with one answer for
   * all: 'full' when some were queued, 'closed' when not all of them went anywhere. Together they may be as large as one
   * message, `maxMessageBytes`: so much fits behind a 'full' too.
   */
  sendMany(frames: readonly Uint8Array[]): 'sent' | 'full' | 'closed'
  ping(): void
  /**
   * Starts the closing handshake (RFC 6455 §7.1.2) behind everything that was sent. `code` 1005 sends an empty close
   * frame; a code that may not travel is a RangeError. The reason is cut to the 123 bytes that fit.
   */
  close(code: number, reason: string): void
  /** Ends the connection without a handshake; what is queued is lost. */
  terminate(): void
}

/**
 * Callbacks of one socket. One that throws closes its socket with 1011 and is reported to `onError`.
 * After `close` and `terminate` only `onClose` is still called, and never from inside them.
 */
export interface SocketHandler {
  /** Called inside `upgrade`, before it returns. */
  onOpen(socket: Socket): void
  /** A text message arrives as its UTF-8 bytes with `isText`. The bytes are the handler's own. */
  onMessage(message: Uint8Array, isText: boolean): void
  /** Room again after a 'full'. */
  onDrain(): void
  onPong(): void
  /**
   * Called exactly once, whoever closed: with our own code, or the peer's, or 1006 when the connection broke, the peer
   * broke the protocol, or somebody terminated it.
   */
  onClose(code: number): void
}

export interface SocketLimits {
  /** The largest message in either direction. A longer one from the peer ends the connection with 1009. */
  readonly maxMessageBytes: number
}

export interface UpgradeChoice {
  /** The sub-protocol that is spoken (RFC 6455 §1.9): one that the client offers, anything else is a RangeError. */
  readonly protocol?: string | undefined
}

/**
 * Asks the runtime to turn this request into a socket; false when it is no upgrade request, or its client left. Without
 * a choice no sub-protocol is selected, whatever the client offers.
 */
export type Upgrade = (handler: SocketHandler, choice?: UpgradeChoice) => boolean

/** Certificate chain and key as PEM texts. */
export interface TlsPair {
  readonly cert: string
  readonly key: string
}

export interface ListenOptions {
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
  readonly tls: TlsPair | undefined
  readonly socket: SocketLimits
  /**
   * Bodies above this many bytes are refused by the runtime itself with 413 (on Bun without a body). A route's own
   * limit is stricter.
   */
  readonly maxBodyBytes: number
  /**
   * How long a connection may stay silent between requests, or make no progress in either direction: from 1 to 255, 30
   * unless told. Its first headers have ten seconds, and sockets are exempt. Bun counts in steps of four seconds.
   */
  readonly idleSeconds?: number
  /**
   * Answers a request. After a true `upgrade` the response is ignored and may be undefined; without one it must not be,
   * and that is for the caller to see to: only what is not a promise is checked here.
   */
  readonly handle: (
    request: Request,
    peer: Peer,
    upgrade: Upgrade,
  ) => Response | undefined | Promise<Response | undefined>
  /** Hears what `handle` or a socket's callback threw, except that a client left. The client is told 500 or 1011. */
  readonly onError?: (error: unknown) => void
}

export interface Listening {
  readonly port: number
  /** Requests that are being answered now. */
  pending(): number
  /** Sockets that are open, for their handlers. */
  sockets(): number
  /**
   * Shows another certificate to connections from here on. Open requests and sockets go on with the old one; a kept
   * connection without a request may be closed. A pair that is not usable throws, and changes nothing.
   */
  reloadTls(pair: TlsPair): Promise<void>
  /**
   * Accept nothing new and close idle connections. Open requests are answered and their connections closed; sockets
   * go on. Stop first and close sockets afterwards: Bun cuts a closing handshake that began before this.
   */
  stopAccepting(): Promise<void>
  /**
   * True as soon as every request is answered and every socket closed, with nothing left to hand to the kernel; a peer
   * who does not read can delay that by `flushSeconds`. False if the signal fires first. Stop accepting before.
   */
  drained(signal?: AbortSignal): Promise<boolean>
  /** Ends whatever is still open. */
  closeNow(): Promise<void>
}

export type Listen = (options: ListenOptions) => Promise<Listening>

/** The listener for the runtime that this process runs on. */
export async function selectListen(): Promise<Listen> {
  const { listen } =
    process.versions.bun === undefined
      ? await import('#door/listen.node.ts')
      : await import('#door/listen.bun.ts')
  return listen
}
