/**
 * @module The JSON of Obscura's contract (OpenAPI 0.3.9, as its reference §1.3–§1.4 makes it exact). Parsing one gives
 * bytes and numbers that need no second look.
 */
import { curveKeyBytes, signatureBytes } from '@sotto/wire'
import * as z from 'zod'

/** What the protocol calls an integer: signed, 32 bits. */
const int32 = z.int32()

/** Standard alphabet, mandatory padding, no white space, no stray bits (RFC 4648 §3.2–§3.5). */
function base64Bytes(check: (bytes: Uint8Array) => string | undefined) {
  return z
    .string()
    .meta({ format: 'byte' })
    .transform((text, context) => {
      const bytes = Buffer.from(text, 'base64')
      if (bytes.toString('base64') !== text) {
        context.addIssue({ code: 'custom', message: 'Invalid base64' })
        return z.NEVER
      }
      const problem = check(bytes)
      if (problem === undefined) return new Uint8Array(bytes)
      context.addIssue({ code: 'custom', message: problem })
      return z.NEVER
    })
}

const publicKey = base64Bytes((bytes) => {
  if (bytes.length !== curveKeyBytes) {
    return `Invalid key length: ${bytes.length} (expected ${curveKeyBytes} bytes with 0x05 prefix)`
  }
  return bytes[0] === 0x05 ? undefined : 'Invalid key prefix (expected 0x05)'
})

const signature = base64Bytes((bytes) =>
  bytes.length === signatureBytes
    ? undefined
    : `Invalid signature length: ${bytes.length} (expected ${signatureBytes})`,
)

export const errorResponse = z
  .object({ error: z.string().meta({ description: 'What is wrong' }) })
  .meta({ id: 'ErrorResponse' })

export const authResponse = z
  .object({
    token: z.string().meta({ description: 'Short-lived JWT access token' }),
    refreshToken: z.string().meta({ description: 'Long-lived opaque refresh token' }),
    expiresAt: z.int().meta({ description: 'When the access token expires, UNIX seconds' }),
  })
  .meta({ id: 'AuthResponse' })

export const signedPreKey = z
  .object({ keyId: int32, publicKey, signature })
  .meta({ id: 'SignedPreKeyDto' })

export const oneTimePreKey = z.object({ keyId: int32, publicKey }).meta({ id: 'OneTimePreKeyDto' })

export const registrationRequest = z
  .object({
    username: z.string(),
    password: z.string(),
    identityKey: publicKey,
    registrationId: int32,
    signedPreKey,
    oneTimePreKeys: z.array(oneTimePreKey),
  })
  .meta({ id: 'RegistrationRequest' })

export const credentials = z
  .object({ username: z.string(), password: z.string() })
  .meta({ id: 'Credentials' })

export const refreshRequest = z.object({ refreshToken: z.string() }).meta({ id: 'RefreshRequest' })

export const preKeyUpload = z
  .object({
    identityKey: publicKey
      .nullish()
      .meta({ description: 'A key that differs from the stored one takes the account over' }),
    registrationId: int32.nullish().meta({ description: 'Required for a takeover' }),
    signedPreKey,
    oneTimePreKeys: z.array(oneTimePreKey),
  })
  .meta({ id: 'PreKeyUpload' })

const base64Text = z.string().meta({ format: 'byte' })

/** What the relay gives out: texts, since these keys were checked when they came in. */
export const preKeyBundle = z
  .object({
    registrationId: int32,
    identityKey: base64Text,
    signedPreKey: z.object({ keyId: int32, publicKey: base64Text, signature: base64Text }),
    oneTimePreKey: z.object({ keyId: int32, publicKey: base64Text }).nullable(),
  })
  .meta({ id: 'PreKeyBundle' })
