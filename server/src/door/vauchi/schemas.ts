/**
 * @module The JSON that this door's clients send. Members that are not named here are ignored: original clients send
 * `"version": 2` with everything.
 */
import * as z from 'zod/mini'

const texts = z.array(z.string())

/** One of the first two. */
export const sendRequest = z.object({
  recipient_id: z.nullish(z.string()),
  /** Ours: where only the owner of a key reads. */
  address: z.nullish(z.string()),
  ciphertext: z.string(),
})
export const tokensRequest = z.object({ mailbox_tokens: texts })
export const ackRequest = z.object({ recipient_id: z.string(), blob_id: z.string() })

export const purgeRequest = z.object({
  recipient_id: z.string(),
  public_key: z.string(),
  purge_token: z.string(),
  signature: z.string(),
  timestamp: z.int().check(z.nonnegative()),
  /** Ours: ties the request to the mailbox. */
  recipient_signature: z.nullish(z.string()),
})

export const recoveryStoreRequest = z.object({ key_hash: z.string(), proof_data: z.string() })
export const recoveryQueryRequest = z.object({ key_hashes: texts })

export const offerRequest = z.object({
  payload: z.string(),
  expires_secs: z.nullish(z.number()),
  /** Ours: asks for a token that completing then needs. */
  with_completion_token: z.nullish(z.boolean()),
})
export const claimRequest = z.object({ code: z.string(), response: z.string() })
export const completeRequest = z.object({
  code: z.string(),
  /** Ours: what the offer was answered with, if it asked for one. */
  completion_token: z.nullish(z.string()),
})

/** What any sealed request may say of the client that made it. */
export const appVersion = z.object({ app_version: z.nullish(z.number()) })
