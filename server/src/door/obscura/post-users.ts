/**
 * @module POST /v1/users: a new account with its first device's keys.
 */
import type { VerifyEd25519 } from '@sotto/primitives'
import type { Events } from '#watch/events.ts'
import type { Accounts } from '#relay/accounts/accounts.ts'
import { isSignedBy } from '#relay/prekeys/keys.ts'
import { repeatedKeyId } from '#relay/prekeys/upload.ts'
import type { Route } from '#door/route.ts'
import { grantReply } from '#door/obscura/grant.ts'
import { readJson } from '#door/obscura/read-json.ts'
import { failure } from '#door/obscura/replies.ts'
import { authResponse, errorResponse, registrationRequest } from '#door/obscura/schemas.ts'

export interface PostUsersDeps {
  readonly accounts: Accounts
  readonly verify: VerifyEd25519
  readonly maxOneTimePrekeys: number
  readonly requestTimeoutMillis: number
  readonly events: Pick<Events, 'registered'>
}

const maxUsernameCharacters = 50
const minPasswordBytes = 12
/** Argon2id takes any length; a relay need not. */
const maxPasswordBytes = 1024

export function postUsers(deps: PostUsersDeps): Route {
  return {
    method: 'POST',
    path: '/v1/users',
    summary: 'Register a new user device',
    tag: 'Account',
    access: 'public',
    tier: 'auth',
    accepts: { json: registrationRequest },
    responses: {
      201: { description: 'Account created', json: authResponse },
      400: { description: 'Invalid input', json: errorResponse },
      408: { description: 'The body did not arrive in time', json: errorResponse },
      409: { description: 'Username already exists', json: errorResponse },
      413: { description: 'Body too large', json: errorResponse },
      415: { description: 'Not JSON', json: errorResponse },
    },
    async handle({ request }) {
      const parsed = await readJson(request, registrationRequest, deps.requestTimeoutMillis)
      if (parsed.kind === 'refused') return parsed.response
      const { username, password, identityKey, registrationId, signedPreKey, oneTimePreKeys } =
        parsed.value
      const problem =
        usernameProblem(username) ??
        passwordProblem(password) ??
        keysProblem(deps, identityKey, signedPreKey, oneTimePreKeys)
      if (problem !== undefined) return failure(400, problem)

      const keys = {
        identity: { publicKey: identityKey, registrationId },
        signed: signedPreKey,
        oneTime: oneTimePreKeys,
      }
      const outcome = await deps.accounts.register({ username, password, keys }, request.signal)
      switch (outcome.kind) {
        case 'registered':
          deps.events.registered()
          return grantReply(201, outcome.grant)
        case 'username-taken':
          return failure(409, 'Username already exists')
        case 'busy':
          return failure(503, 'Too many registrations at once', { 'retry-after': '1' })
      }
    },
  }
}

function usernameProblem(username: string): string | undefined {
  const characters = [...username].length
  if (characters < 1 || characters > maxUsernameCharacters) {
    return `Username must be 1 to ${maxUsernameCharacters} characters long`
  }
  // Control characters and lone surrogates: nobody can type them, some stores cannot keep them.
  if (/[\p{Cc}\p{Cs}]/u.test(username)) return 'Username must not contain control characters'
  return undefined
}

function passwordProblem(password: string): string | undefined {
  const bytes = Buffer.byteLength(password)
  if (bytes < minPasswordBytes) {
    return `Password must be at least ${minPasswordBytes} characters long`
  }
  if (bytes > maxPasswordBytes) return `Password must be at most ${maxPasswordBytes} bytes long`
  return undefined
}

function keysProblem(
  { verify, maxOneTimePrekeys }: PostUsersDeps,
  identityKey: Uint8Array,
  signed: Parameters<typeof isSignedBy>[1],
  oneTime: Parameters<typeof repeatedKeyId>[0],
): string | undefined {
  const repeated = repeatedKeyId(oneTime)
  if (repeated !== undefined) return `Duplicate prekey ID: ${repeated}`
  if (oneTime.length > maxOneTimePrekeys) return `Batch too large. Limit is ${maxOneTimePrekeys}`
  return isSignedBy(identityKey, signed, verify) ? undefined : 'Invalid signature'
}
