/**
 * @module One request and its answer on Node: from `IncomingMessage` to the doors' handler and back, with every way that
 * it can go wrong in between.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { errorBody, jsonType, noAnswer } from '#door/connection.ts'
import type { ListenOptions, Peer, Upgrade } from '#door/listener.ts'
import { NodeBody } from '#door/node-body.ts'
import { NodeRequest, requestUrl } from '#door/node-request.ts'
import { sendResponse } from '#door/node-response.ts'

export interface ExchangeContext {
  readonly options: ListenOptions
  readonly hasHost: (url: string) => boolean
}

/** Answers one request, or lets it become a socket. `onDone` follows in both cases, and nothing is ever rejected. */
export async function exchange(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  upgrade: Upgrade,
  { options, hasHost }: ExchangeContext,
  onDone: () => void,
): Promise<void> {
  const tooLarge = () => refuse(outgoing, 413, `Body is larger than ${options.maxBodyBytes} bytes`)
  const body = new NodeBody(incoming, options.maxBodyBytes, tooLarge)
  const url = requestUrl(incoming, options.tls === undefined ? 'http' : 'https', hasHost)
  const request = new NodeRequest(incoming, url ?? '', body)
  let isSocket = false
  outgoing.on('close', () => {
    if (isSocket) return
    if (!outgoing.writableFinished) request.clientIsGone()
    onDone()
  })
  try {
    if (url === undefined) return refuse(outgoing, 400, 'Invalid Host header')
    if (Number(incoming.headers['content-length'] ?? 0) > options.maxBodyBytes) return tooLarge()

    const response = await options.handle(request, new NodePeer(incoming), (handler, choice) => {
      if (isSocket || outgoing.headersSent || !upgrade(handler, choice)) return false
      isSocket = true
      return true
    })
    if (isSocket) return
    if (response === undefined) throw noAnswer()
    if (outgoing.headersSent || outgoing.destroyed) await response.body?.cancel()
    else await sendResponse(response, outgoing, request.method)
  } catch (error) {
    // Bun does not report what a handler throws after its client left, or after the request was refused.
    const isOver = !isSocket && (outgoing.destroyed || outgoing.writableEnded)
    if (!isOver) options.onError?.(error)
    if (!isSocket) refuse(outgoing, 500, 'Internal server error')
  } finally {
    if (isSocket) onDone()
    else discardRest(incoming, outgoing, body)
  }
}

/** Answers with an error, or cuts the connection when the answer has begun. */
function refuse(outgoing: ServerResponse, status: number, message: string): void {
  if (outgoing.headersSent) {
    if (!outgoing.writableEnded) outgoing.destroy()
    return
  }
  const text = errorBody(message)
  outgoing.writeHead(status, {
    'content-type': jsonType,
    'content-length': Buffer.byteLength(text),
  })
  outgoing.end(text)
}

function discardRest(incoming: IncomingMessage, outgoing: ServerResponse, body: NodeBody): void {
  if (incoming.readableEnded || incoming.destroyed) return
  if (!body.isTaken || outgoing.writableFinished) body.discard()
  else outgoing.once('finish', () => body.discard())
}

class NodePeer implements Peer {
  readonly #incoming: IncomingMessage

  constructor(incoming: IncomingMessage) {
    this.#incoming = incoming
  }

  /** A getter because Bun's is one; see there. */
  get address(): string {
    return this.#incoming.socket.remoteAddress ?? ''
  }
}
