/**
 * @module One socket over the platform's `WebSocket`.
 */
import type { Socket, SocketHandlers } from '#ports/network.ts'

export function webConnect(
  url: string,
  protocols: readonly string[],
  handlers: SocketHandlers,
): Socket {
  let socket: WebSocket
  try {
    socket = new WebSocket(url, [...protocols])
  } catch {
    // A page over https may not open it, for one. Not before the caller has its socket.
    queueMicrotask(() => handlers.closed(1006, ''))
    return { send: () => undefined, close: () => undefined }
  }
  let isClosed = false
  socket.binaryType = 'arraybuffer'
  socket.addEventListener('open', () => {
    if (!isClosed) handlers.opened()
  })
  socket.addEventListener('message', ({ data }) => {
    if (!isClosed && data instanceof ArrayBuffer) handlers.received(new Uint8Array(data))
  })
  // An 'error' says nothing that this does not say.
  socket.addEventListener('close', ({ code, reason }) => {
    if (isClosed) return
    isClosed = true
    handlers.closed(code, reason)
  })
  return {
    send: (frame) => socket.send(Uint8Array.from(frame)),
    close: (code, reason) => socket.close(code, reason),
  }
}
