/**
 * @module HTTP/1.1 over a plain TCP socket, for requests that no well-behaved client would send: every byte is the
 * test's. Also the opening handshake of `raw-socket-for-tests.ts`.
 */
import { connect, type Socket } from 'node:net'
import { patienceMillis } from '#door/obscura/contract/inbox-for-tests.ts'

export interface RawReply {
  readonly status: number
  /** Names in lower case; of a repeated header the last. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

/** Sends these bytes on a connection of its own, and reads one answer. */
export async function rawRequest(port: number, request: string | Uint8Array): Promise<RawReply> {
  const { reply, socket } = await exchange(port, request)
  socket.destroy()
  return reply
}

export interface Exchange {
  readonly reply: RawReply
  /** Paused, with nothing read but the answer. */
  readonly socket: Socket
  /** What came behind the head of a 101. */
  readonly rest: Uint8Array
}

/** The same, with the connection left open. */
export async function exchange(port: number, request: string | Uint8Array): Promise<Exchange> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  // Someone must always listen, or a late error would end the process.
  socket.on('error', () => {})
  try {
    return await new Promise((resolve, reject) => {
      let received = Buffer.alloc(0)
      const give = (error: Error | undefined, isOver: boolean): void => {
        const answer = error === undefined ? readAnswer(received, isOver) : undefined
        if (answer === undefined && !isOver) return
        socket.removeAllListeners('data').removeAllListeners('close')
        clearTimeout(timer)
        socket.pause()
        if (answer !== undefined) resolve({ ...answer, socket })
        else reject(error ?? new Error('The connection ended before the answer did'))
      }
      const timer = setTimeout(() => give(new Error('No answer'), true), patienceMillis)
      socket.on('data', (chunk: Buffer) => {
        received = Buffer.concat([received, chunk])
        give(undefined, false)
      })
      socket.on('close', () => give(undefined, true))
      // In latin1, so that a test can write any byte.
      socket.write(typeof request === 'string' ? Buffer.from(request, 'latin1') : request)
    })
  } catch (error) {
    socket.destroy()
    throw error
  }
}

function readAnswer(
  received: Buffer,
  isOver: boolean,
): { readonly reply: RawReply; readonly rest: Uint8Array } | undefined {
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [first = '', ...lines] = received.subarray(0, end).toString('latin1').split('\r\n')
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 0)
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
    }),
  )
  const rest = received.subarray(end + 4)
  if (status === 101) return { reply: { status, headers, body: '' }, rest: Uint8Array.from(rest) }
  const body = bodyOf(headers, rest, isOver)
  return body === undefined
    ? undefined
    : { reply: { status, headers, body }, rest: new Uint8Array() }
}

function bodyOf(
  headers: ReadonlyMap<string, string>,
  rest: Buffer,
  isOver: boolean,
): string | undefined {
  const length = headers.get('content-length')
  if (length !== undefined) {
    return rest.length < Number(length) ? undefined : rest.subarray(0, Number(length)).toString()
  }
  if (headers.get('transfer-encoding') !== 'chunked') return isOver ? rest.toString() : undefined
  if (!rest.toString('latin1').endsWith('0\r\n\r\n')) return undefined
  return rest.toString().replaceAll(/(?:^|\r\n)[0-9a-f]+\r\n/gi, '')
}
