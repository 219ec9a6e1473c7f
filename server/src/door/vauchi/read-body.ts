/**
 * @module The JSON body of a direct request, of whatever shape. What is wrong with it is a reply, without a word of what
 * the parser found.
 */
import { readBody, type BodyBounds } from '#guard/body-limit.ts'
import { failed, unreadable, type ActionReply } from '#door/vauchi/reply.ts'

export type BodyReading =
  | { readonly kind: 'read'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly reply: ActionReply }

/** A byte order mark is no JSON (RFC 8259 §8.1). */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export async function readJsonBody(request: Request, bounds: BodyBounds): Promise<BodyReading> {
  if (!isJson(request.headers.get('content-type'))) {
    return refused(failed(415, 'expected Content-Type: application/json'))
  }
  const body = await readBody(request, bounds)
  switch (body.kind) {
    case 'too-large':
      return refused(failed(413, 'request body too large'))
    case 'timeout':
      return refused(failed(408, 'request body did not arrive in time'))
    case 'broken':
      return refused(unreadable)
    case 'read':
      return parse(body.bytes)
  }
}

function parse(bytes: Uint8Array): BodyReading {
  try {
    return { kind: 'read', value: JSON.parse(utf8.decode(bytes)) }
  } catch {
    return refused(unreadable)
  }
}

/** `application/json` or `application/*+json`, with or without parameters. */
function isJson(contentType: string | null): boolean {
  const essence = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  return essence === 'application/json' || /^application\/[^\s/]+\+json$/.test(essence)
}

function refused(reply: ActionReply): BodyReading {
  return { kind: 'refused', reply }
}
