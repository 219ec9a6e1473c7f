/**
 * @module A request's JSON body, parsed. What is wrong with it is answered here: 415, 413, 408 or 400.
 */
import type { ZodMiniType } from 'zod/mini'
import { obscuraMaxBodyBytes } from '@sotto/wire'
import { readBody } from '#guard/body-limit.ts'
import { failure } from '#door/obscura/replies.ts'

export type Parsed<T> =
  | { readonly kind: 'parsed'; readonly value: T }
  | { readonly kind: 'refused'; readonly response: Response }

/** A byte order mark is no JSON (RFC 8259 §8.1). */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export async function readJson<T>(
  request: Request,
  schema: ZodMiniType<T>,
  timeoutMillis: number,
): Promise<Parsed<T>> {
  if (!isJson(request.headers.get('content-type'))) {
    return refused(415, 'Expected request with `Content-Type: application/json`')
  }
  const body = await readBody(request, { maxBytes: obscuraMaxBodyBytes, timeoutMillis })
  switch (body.kind) {
    case 'too-large':
      return refused(413, `Body too large: ${obscuraMaxBodyBytes} bytes at most`)
    case 'timeout':
      return refused(408, 'Body did not arrive in time')
    case 'broken':
      return refused(400, 'Body broke off')
    case 'read':
      return parse(body.bytes, schema)
  }
}

function parse<T>(bytes: Uint8Array, schema: ZodMiniType<T>): Parsed<T> {
  let value: unknown
  try {
    value = JSON.parse(utf8.decode(bytes))
  } catch {
    return refused(400, 'Invalid JSON')
  }
  const result = schema.safeParse(value)
  if (result.success) return { kind: 'parsed', value: result.data }
  const [issue] = result.error.issues
  const path = issue?.path.join('.') ?? ''
  return refused(400, `${path === '' ? '' : `${path}: `}${issue?.message ?? 'Invalid input'}`)
}

/** `application/json` or `application/*+json`, with or without parameters. */
function isJson(contentType: string | null): boolean {
  const essence = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  return essence === 'application/json' || /^application\/[^\s/]+\+json$/.test(essence)
}

function refused(status: number, message: string): { kind: 'refused'; response: Response } {
  return { kind: 'refused', response: failure(status, message) }
}
