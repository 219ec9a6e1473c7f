/**
 * @module POST /v2/register: looks at a client's tokens and keeps nothing. A registry would be the list of who belongs
 * together that this door is there to avoid.
 */
import type { Action } from '#door/vauchi/actions.ts'
import { failed, succeeded, unreadable } from '#door/vauchi/reply.ts'
import { tokensRequest } from '#door/vauchi/schemas.ts'
import { fromHex32 } from '#door/vauchi/texts.ts'

/** One more still fits into a body, so that this answer is the one that comes. */
const maxTokens = 1900

export const register: Action = async (body) => {
  const request = tokensRequest.safeParse(body)
  if (!request.success) return unreadable
  const tokens = request.data.mailbox_tokens
  if (tokens.length > maxTokens) {
    return failed(400, `too many mailbox_tokens: ${tokens.length} (max ${maxTokens})`)
  }
  const bad = tokens.findIndex((token) => fromHex32(token) === undefined)
  if (bad >= 0) return failed(400, `mailbox_tokens[${bad}] must be 64 hex characters`)
  return succeeded({ accepted: tokens.length })
}
