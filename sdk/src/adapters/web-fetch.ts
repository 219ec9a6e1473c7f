/**
 * @module One exchange over the platform's `fetch`, which tells nobody more than the request says: no cookies, no
 * credentials, no referrer, no cache, and no redirect is followed.
 */
import { SottoError } from '#errors.ts'
import type { HttpRequest, HttpResponse } from '#ports/network.ts'

export async function webFetch(
  request: HttpRequest,
  maxBytes: number,
  signal: AbortSignal,
): Promise<HttpResponse> {
  signal.throwIfAborted()
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: request.headers,
      body: request.body === undefined ? null : Uint8Array.from(request.body),
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'manual',
      referrerPolicy: 'no-referrer',
      signal,
    })
    // Browsers hide where a redirect leads, and its status.
    if (response.type === 'opaqueredirect' || isRedirect(response.status)) {
      void response.body?.cancel().catch(ignore)
      throw new SottoError('bad-answer', 'Cannot use the answer: it is a redirect')
    }
    return {
      status: response.status,
      headers: headersOf(response),
      body: await readBody(response, maxBytes),
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (error instanceof SottoError) throw error
    throw new SottoError('offline', 'Cannot reach the relay', { cause: error })
  }
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400 && status !== 304
}

function headersOf({ headers }: Response): Readonly<Record<string, string>> {
  const entries: [string, string][] = []
  headers.forEach((value, name) => entries.push([name.toLowerCase(), value]))
  return Object.fromEntries(entries)
}

/** A body of HTTP has bytes in it (Fetch §2.2.4). */
interface BodyReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array }>
  cancel(): Promise<void>
}

async function readBody({ body, headers }: Response, maxBytes: number): Promise<Uint8Array> {
  if (body === null) return new Uint8Array(0)
  if (Number(headers.get('content-length') ?? 0) > maxBytes) {
    void body.cancel().catch(ignore)
    throw tooLong(maxBytes)
  }
  const reader: BodyReader = body.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done || value === undefined) return joined(chunks, length)
    length += value.length
    if (length > maxBytes) {
      void reader.cancel().catch(ignore)
      throw tooLong(maxBytes)
    }
    chunks.push(value)
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

function tooLong(maxBytes: number): SottoError {
  return new SottoError('bad-answer', `Cannot use the answer: more than ${maxBytes} bytes`)
}

/** What is given up may fail as it likes. */
function ignore(): void {}
