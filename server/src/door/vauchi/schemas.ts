/**
 * @module The JSON that this door's clients send. Members that are not named here are ignored: original clients send
 * `"version": 2` with everything.
 */
import * as z from 'zod/mini'

const texts = z.array(z.string())

const described = (description: string) => z.meta({ description })

export const obliviousError = z
  .object({ status: z.literal('error'), error: z.string().check(described('What is wrong')) })
  .check(z.meta({ id: 'ObliviousError' }))

export const sendRequest = z
  .object({
    recipient_id: z
      .nullish(z.string())
      .check(described('Whose: the token of a mailbox, 64 hex digits')),
    /** Ours. */
    address: z
      .nullish(z.string())
      .check(described('Or an address, 64 hex digits; one of the two must be there')),
    ciphertext: z.string().check(described('The sealed message in base64')),
  })
  .check(z.meta({ id: 'SendRequest' }))
export const sendAnswer = z
  .object({ status: z.literal('ok'), blob_id: z.string().check(described('A UUID')) })
  .check(z.meta({ id: 'SendAnswer' }))

/** Ours, all of it. */
export const sendManyRequest = z
  .object({
    address: z.string().check(described('Whose: an address, 64 hex digits')),
    ciphertexts: z
      .array(z.string())
      .check(
        z.minLength(1),
        z.maxLength(64),
        described('Sealed messages in base64, in the order in which they are stored'),
      ),
  })
  .check(z.meta({ id: 'SendManyRequest' }))
export const sendManyAnswer = z
  .object({
    status: z.literal('ok'),
    accepted: z.int().check(described('So many from the front are on disk, the others nowhere')),
    full: z
      .optional(z.literal(true))
      .check(described('The others were refused by the quota of the mailbox')),
    retry_after: z
      .optional(z.int())
      .check(described('The others were refused by something else: seconds to wait')),
  })
  .check(z.meta({ id: 'SendManyAnswer' }))

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

/** Ours, all of it. */
export const keysRequest = z
  .object({
    identity: z.string().check(described('Whose: their Ed25519 key, 64 hex digits')),
    device: z.nullish(z.int().check(z.gte(1), z.lte(127))).check(described('1 if it is absent')),
  })
  .check(z.meta({ id: 'KeysRequest' }))
export const keysAnswer = z
  .object({
    status: z.literal('ok'),
    device: z.int(),
    bundle: z.string().check(described('As it was published, in base64')),
    one_time: z.optional(z.string()).check(described('A one-time key in base64')),
    kem_one_time: z.optional(z.string()).check(described('A one-time key of the KEM in base64')),
    metered: z.boolean().check(described('Keys are withheld: too many were asked for')),
    devices: z
      .optional(z.string())
      .check(described('The list of devices as its owner signed it, in base64')),
  })
  .check(z.meta({ id: 'KeysAnswer' }))

/** What any sealed request may say of the client that made it. */
export const appVersion = z.object({ app_version: z.nullish(z.number()) })
