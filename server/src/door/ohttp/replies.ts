/**
 * @module What the gateway answers in clear: what went wrong before a request was opened, and so could not be sealed.
 * The envelope `{"status":"error","error":…}` is Vauchi's. Where RFC 9458 §5.3 has a problem type it stands beside it:
 * a problem's reader ignores a `status` that is no number (RFC 9457 §3.1).
 */
import { keyProblemType } from '@sotto/veil/ohttp/encapsulation'

export function refusal(
  status: number,
  error: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json({ status: 'error', error }, { status, headers })
}

const notOpened = 'failed to decapsulate request'

/** For what is no sealed request at all. */
export function notSealed(): Response {
  return refusal(400, notOpened)
}

/** For what looks like one, and was sealed for another key, or changed on the way: a client should ask for the key. */
export function otherKey(): Response {
  return Response.json(
    { type: keyProblemType, title: 'Key unknown', status: 'error', error: notOpened },
    { status: 400, headers: { 'content-type': 'application/problem+json' } },
  )
}
