/**
 * @module A client at the gateway: it reads frames as Obscura's clients do, and acknowledges when a test says so.
 */
import { setTimeout as pause } from 'node:timers/promises'
import {
  decodeRelayFrame,
  encodeAckFrame,
  parseUuid,
  type PreKeyStatus,
  type ReceivedEnvelope,
  type RelayFrame,
} from '@sotto/wire'
import type { RawReply } from '#door/obscura/contract/raw-http-for-tests.ts'
import {
  Opcode,
  openRawSocket,
  RawSocket,
  type HandshakeOptions,
} from '#door/obscura/contract/raw-socket-for-tests.ts'

export class GatewayClient implements Disposable {
  readonly socket: RawSocket

  constructor(socket: RawSocket) {
    this.socket = socket
  }

  async frame(withinMillis?: number): Promise<RelayFrame> {
    const frame = decodeRelayFrame(await this.socket.messages.next(withinMillis))
    if (frame === undefined) throw new Error('The relay sent what is no frame')
    return frame
  }

  async envelope(withinMillis?: number): Promise<ReceivedEnvelope> {
    const frame = await this.frame(withinMillis)
    if (frame.kind !== 'envelope') throw new Error(`Expected an envelope, got ${frame.kind}`)
    return frame
  }

  async envelopes(count: number): Promise<readonly ReceivedEnvelope[]> {
    const all: ReceivedEnvelope[] = []
    while (all.length < count) all.push(await this.envelope())
    return all
  }

  /** The next `count` envelopes' contents as texts. */
  async texts(count: number): Promise<readonly string[]> {
    return (await this.envelopes(count)).map(textOf)
  }

  async status(withinMillis?: number): Promise<PreKeyStatus> {
    const frame = await this.frame(withinMillis)
    if (frame.kind !== 'prekey-status') throw new Error(`Expected a status, got ${frame.kind}`)
    const { oneTimePreKeyCount, minThreshold } = frame
    return { oneTimePreKeyCount, minThreshold }
  }

  /** What came within this time. */
  async during(millis: number): Promise<readonly RelayFrame[]> {
    await pause(millis)
    return this.socket.messages
      .takeAll()
      .map((bytes) => decodeRelayFrame(bytes) ?? { kind: 'other' })
  }

  acknowledge(...envelopes: readonly Pick<ReceivedEnvelope, 'id'>[]): void {
    this.sendFrame(encodeAckFrame(envelopes.map(({ id }) => idBytes(id))))
  }

  sendFrame(bytes: Uint8Array): void {
    this.socket.send(Opcode.binary, bytes)
  }

  /** The relay answers pings in turn, so this also waits until everything that was sent before was read. */
  async ping(
    payload: Uint8Array = Uint8Array.of(1, 2, 3),
    withinMillis?: number,
  ): Promise<Uint8Array> {
    this.socket.send(Opcode.ping, payload)
    return await this.socket.pongs.next(withinMillis)
  }

  async leave(): Promise<void> {
    this.socket.close()
    await this.socket.closed()
  }

  [Symbol.dispose](): void {
    this.socket.terminate()
  }
}

export async function openGateway(
  port: number,
  token: string,
  options?: HandshakeOptions,
): Promise<GatewayClient> {
  const opened = await tryGateway(port, token, options)
  if (opened instanceof GatewayClient) return opened
  throw new Error(`The relay refused a socket: ${opened.status} ${opened.body}`)
}

export async function tryGateway(
  port: number,
  token: string,
  options?: HandshakeOptions,
): Promise<GatewayClient | RawReply> {
  const path = `/v1/gateway?token=${encodeURIComponent(token)}`
  const opened = await openRawSocket(port, path, options)
  return opened instanceof RawSocket ? new GatewayClient(opened) : opened
}

export function textOf({ content }: { readonly content: Uint8Array }): string {
  return new TextDecoder().decode(content)
}

/** An acknowledgement of a text that need not be an id: one AckMessage with `message_id`. */
export function ackOfText(id: string): Uint8Array {
  const text = Buffer.from(id)
  const ack = Buffer.concat([Uint8Array.of(0x0a, text.length), text])
  return Buffer.concat([Uint8Array.of(0x5a, ack.length), ack])
}

function idBytes(id: string): Uint8Array {
  const bytes = parseUuid(id)
  if (bytes === undefined) throw new Error('The relay sent an id that is no UUID')
  return bytes
}
