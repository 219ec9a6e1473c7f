/**
 * @module The receiving side of an Obscura client: one socket, envelopes in, acknowledgements out.
 */
import { decodeFrame, encodeAckFrame, type Envelope, type PreKeyStatus } from '#clients/protobuf.ts'
import { WebSocketClient } from '#clients/websocket.ts'

export interface GatewayHandler {
  onEnvelope(envelope: Envelope): void
  onPreKeyStatus(status: PreKeyStatus): void
  /** Called exactly once, whoever closed. */
  onClose(code: number, reason: string): void
}

export class Gateway {
  readonly #socket: WebSocketClient

  private constructor(socket: WebSocketClient) {
    this.#socket = socket
  }

  static async open(
    relay: URL,
    token: string,
    handler: GatewayHandler,
    signal: AbortSignal,
  ): Promise<Gateway> {
    const url = new URL('/v1/gateway', relay)
    url.searchParams.set('token', token)
    const onBinary = (payload: Uint8Array): void => {
      const frame = decodeFrame(payload)
      if (frame.kind === 'envelope') {
        // The payload's memory is the runtime's again after this call.
        const content = new Uint8Array(frame.envelope.message.content)
        const message = { type: frame.envelope.message.type, content }
        handler.onEnvelope({ ...frame.envelope, message })
      } else if (frame.kind === 'pre-key-status') handler.onPreKeyStatus(frame.status)
    }
    const onClose = (code: number, reason: string): void => handler.onClose(code, reason)
    return new Gateway(await WebSocketClient.open(url, { onBinary, onClose }, signal))
  }

  acknowledge(messageIds: readonly string[]): void {
    if (messageIds.length > 0) this.#socket.sendBinary(encodeAckFrame(messageIds))
  }

  /** Resolves when the relay has answered a ping that was sent behind everything before. */
  async ping(payload: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    return await this.#socket.ping(payload, signal)
  }

  /** For frames that no client should send. */
  sendRaw(frame: Uint8Array | string): void {
    if (typeof frame === 'string') this.#socket.sendText(frame)
    else this.#socket.sendBinary(frame)
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  close(): void {
    this.#socket.close()
  }

  /** Ends the connection without a goodbye. */
  terminate(): void {
    this.#socket.terminate()
  }
}
