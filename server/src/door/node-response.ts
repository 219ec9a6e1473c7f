/**
 * @module Writes a fetch `Response` to Node's `ServerResponse`: short bodies in one piece with their length, longer ones
 * as fast as the client reads, and nothing is pulled from a body whose client has left.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ServerResponse } from 'node:http'

const bodiless = new Set([101, 204, 205, 304])

/**
 * Resolves when everything was handed to the connection, or the client left. Rejects when the body fails; `headersSent`
 * then tells whether an error can still be answered.
 */
export async function sendResponse(
  response: Response,
  outgoing: ServerResponse,
  method: string,
): Promise<void> {
  const headers: string[] = []
  for (const [name, value] of response.headers) headers.push(name, value)
  const { status } = response
  const body: ReadableStream<Uint8Array> | null = response.body
  const needsLength =
    !response.headers.has('content-length') && !bodiless.has(status) && method !== 'HEAD'

  if (body === null || method === 'HEAD') {
    if (needsLength) headers.push('content-length', '0')
    outgoing.writeHead(status, headers)
    outgoing.end()
    await body?.cancel()
    return
  }

  const reader = body.getReader()
  const onGone = () => void reader.cancel().catch(() => {})
  if (outgoing.destroyed) return onGone()
  outgoing.once('close', onGone)

  const first = await reader.read()
  const next = reader.read()
  next.catch(() => {}) // It may fail while the first chunk still waits for room; the loop below hears of it.
  if (needsLength) {
    // A body that is all there ends within this turn of the loop.
    const soon = first.done ? first : await Promise.race([next, nextTurn()])
    if (soon?.done === true) headers.push('content-length', String(first.value?.length ?? 0))
  }
  outgoing.writeHead(status, headers)
  let step = first
  while (!step.done) {
    if (!outgoing.destroyed && !outgoing.write(step.value)) await room(outgoing)
    step = step === first ? await next : await reader.read()
  }
  if (!outgoing.destroyed) outgoing.end()
}

/** Waits until the client has read on, or is gone. */
function room(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const onRoom = () => {
      outgoing.off('drain', onRoom)
      outgoing.off('close', onRoom)
      resolve()
    }
    outgoing.on('drain', onRoom)
    outgoing.on('close', onRoom)
  })
}
