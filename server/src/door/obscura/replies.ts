/**
 * @module What this door answers with: JSON, an error in the contract's envelope `{"error": …}`, or nothing but a status.
 */

export function json(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json(value, { status, headers })
}

/** Sentence case, no full stop; never a word of what the caller sent that might be a secret. */
export function failure(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json({ error: message }, { status, headers })
}

export function empty(status: number): Response {
  return new Response(null, { status })
}
