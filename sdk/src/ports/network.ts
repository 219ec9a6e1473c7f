/**
 * @module How the engine reaches the world: one exchange of HTTP, and one socket. Adapters to the platform's own are in
 * `adapters/`; tests bring what they like.
 */

/** What is asked. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | undefined
}

/** What was answered, whatever the status. */
export interface HttpResponse {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** What a socket tells whoever has opened it. */
export interface SocketHandlers {
  opened(): void
  /** Text frames do not come. */
  received(frame: Uint8Array): void
  /** Once, and nothing after it; also when it could not be opened. */
  closed(code: number, reason: string): void
}

/** A WebSocket that carries bytes. */
export interface Socket {
  /** Not before it is open. */
  send(frame: Uint8Array): void
  close(code: number, reason: string): void
}

/** The only way out. */
export interface Network {
  /**
   * No cookies, no credentials, no referrer, no redirects, no cache. Rejects with a `SottoError` of code 'offline' when
   * nobody answers, and with the signal's reason when it is aborted. A body of more than `maxBytes` is 'bad-answer'.
   */
  fetch(request: HttpRequest, maxBytes: number, signal: AbortSignal): Promise<HttpResponse>
  /** `url` begins with ws: or wss:. */
  connect(url: string, protocols: readonly string[], handlers: SocketHandlers): Socket
}
