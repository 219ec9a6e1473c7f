/**
 * @module The JSON of Obscura's contract (OpenAPI 0.3.9, as its reference §1.3–§1.4 makes it exact). Parsing one gives
 * bytes and numbers that need no second look.
 *
 * Written in Zod's functional form: its other one takes 3 MB more of a relay's memory.
 */
import { curveKeyBytes, signatureBytes } from '@sotto/wire'
import english from 'zod/v4/locales/en.js'
import * as z from 'zod/mini'

// The functional form brings no words of its own for what is wrong.
z.config(english())

/** What the protocol calls an integer: signed, 32 bits. */
const int32 = z.int32()

const base64Text = z.string().check(z.meta({ format: 'byte' }))

/** Standard alphabet, mandatory padding, no white space, no stray bits (RFC 4648 §3.2–§3.5). */
function base64Bytes(check: (bytes: Uint8Array) => string | undefined) {
  return z.pipe(
    base64Text,
    z.transform((text: string, context) => {
      const bytes = Buffer.from(text, 'base64')
      const problem = bytes.toString('base64') === text ? check(bytes) : 'Invalid base64'
      if (problem === undefined) return new Uint8Array(bytes)
      context.issues.push({ code: 'custom', message: problem, input: text })
      return z.NEVER
    }),
  )
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

const described = (description: string) => z.meta({ description })

export const errorResponse = z
  .object({ error: z.string().check(described('What is wrong')) })
  .check(z.meta({ id: 'ErrorResponse' }))

export const authResponse = z
  .object({
    token: z.string().check(described('Short-lived JWT access token')),
    refreshToken: z.string().check(described('Long-lived opaque refresh token')),
    expiresAt: z.int().check(described('When the access token expires, UNIX seconds')),
  })
  .check(z.meta({ id: 'AuthResponse' }))

export const signedPreKey = z
  .object({ keyId: int32, publicKey, signature })
  .check(z.meta({ id: 'SignedPreKeyDto' }))

export const oneTimePreKey = z
  .object({ keyId: int32, publicKey })
  .check(z.meta({ id: 'OneTimePreKeyDto' }))

export const registrationRequest = z
  .object({
    username: z.string(),
    password: z.string(),
    identityKey: publicKey,
    registrationId: int32,
    signedPreKey,
    oneTimePreKeys: z.array(oneTimePreKey),
  })
  .check(z.meta({ id: 'RegistrationRequest' }))

export const credentials = z
  .object({ username: z.string(), password: z.string() })
  .check(z.meta({ id: 'Credentials' }))

export const refreshRequest = z
  .object({ refreshToken: z.string() })
  .check(z.meta({ id: 'RefreshRequest' }))

export const preKeyUpload = z
  .object({
    identityKey: z
      .nullish(publicKey)
      .check(described('A key that differs from the stored one takes the account over')),
    registrationId: z.nullish(int32).check(described('Required for a takeover')),
    signedPreKey,
    oneTimePreKeys: z.array(oneTimePreKey),
  })
  .check(z.meta({ id: 'PreKeyUpload' }))

/** What the relay gives out: texts, since these keys were checked when they came in. */
export const preKeyBundle = z
  .object({
    registrationId: int32,
    identityKey: base64Text,
    signedPreKey: z.object({ keyId: int32, publicKey: base64Text, signature: base64Text }),
    oneTimePreKey: z.nullable(z.object({ keyId: int32, publicKey: base64Text })),
  })
  .check(z.meta({ id: 'PreKeyBundle' }))
