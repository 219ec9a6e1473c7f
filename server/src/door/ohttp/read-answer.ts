/**
 * @module Reads an answer whole, up to a limit: of a route before it is sealed, of a gateway before it is handed on.
 */

/** Undefined when there is more than that; what was not read is not read any more. Rejects when the answer breaks off. */
export async function readAnswer(
  response: Response,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const { body } = response
  if (body === null) return new Uint8Array(0)
  if (Number(response.headers.get('content-length') ?? 0) > maxBytes) {
    void body.cancel().catch(() => undefined)
    return undefined
  }
  // A body of HTTP has bytes in it (Fetch §2.2.4).
  const reader = (body as ReadableStream<Uint8Array>).getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return joined(chunks, length)
    length += value.length
    if (length > maxBytes) {
      void reader.cancel().catch(() => undefined)
      return undefined
    }
    chunks.push(value)
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}
