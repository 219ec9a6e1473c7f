/**
 * @module Access tokens: JWTs as Obscura's clients know them (RFC 7519, HS256 only), issued and checked here.
 *
 * | claim | meaning |
 * |---|---|
 * | sub | the account, UUID text |
 * | exp | seconds since the epoch; {@link leewaySeconds} of leeway for clients' clocks |
 * | sid | ours: the session that it came from, base64url. A token that names none, made by another issuer with the same secret, cannot be revoked before it expires |
 * | scope | ours: `attachments` when the token is good for nothing else; none when it is good for everything. With any other it is no token |
 *
 * A signature is checked once; what was found is remembered for as long as the token lives, in a bounded table.
 */
import { SignJWT } from 'jose/jwt/sign'
import { jwtVerify } from 'jose/jwt/verify'
import { formatUuid, parseUuid, type AccountId } from '@sotto/wire'

/** What a token is good for. */
export type Scope = 'all' | 'attachments'

export interface Caller {
  readonly account: AccountId
  /** The session that the token came from; undefined for tokens that name none. */
  readonly session: Uint8Array | undefined
  readonly scope: Scope
}

export interface TokenRequest {
  readonly account: AccountId
  readonly session: Uint8Array | undefined
  /** Everything, if it is not said. */
  readonly scope?: Scope
  /** In place of the usual one. A token of a session lives no longer than the usual: revocations are kept that long. */
  readonly ttlSeconds?: number
}

export interface AccessTokens {
  /** Resolves to the token and when it expires. */
  issue(
    request: TokenRequest,
  ): Promise<{ readonly token: string; readonly expiresAtSeconds: number }>
  /** Undefined for anything but a token that is good now. One that is used 'once', for a handshake, is not remembered. */
  verify(token: string, use?: 'often' | 'once'): Caller | undefined | Promise<Caller | undefined>
  /** From now on, no token of this session is good. */
  revoke(session: Uint8Array): void
}

export const leewaySeconds = 60

const hmac = { name: 'HMAC', hash: 'SHA-256' }

/** Tokens whose signature was checked and need not be checked again. */
const maxRemembered = 10_000

/** Longer than any token of ours: what is longer is not worth a look. */
const maxTokenCharacters = 2048

interface Remembered {
  readonly caller: Caller
  readonly sessionKey: string | undefined
  readonly refusedFromMillis: number
}

export function createAccessTokens({
  secret,
  ttlSeconds: usualTtlSeconds,
  nowMillis,
  sessionIsOpen,
}: {
  readonly secret: Uint8Array
  readonly ttlSeconds: number
  readonly nowMillis: () => number
  /** Asked once for each token, when it is first seen. */
  readonly sessionIsOpen: (session: Uint8Array) => Promise<boolean>
}): AccessTokens {
  // Imported once: jose would do it again for each token.
  const key = crypto.subtle.importKey('raw', Uint8Array.from(secret), hmac, false, [
    'sign',
    'verify',
  ])
  const remembered = new Map<string, Remembered>()
  /** Sessions that ended while tokens of theirs may be remembered, and until when. */
  const revoked = new Map<string, number>()

  function recall(token: string): Remembered | undefined {
    const known = remembered.get(token)
    if (known === undefined) return undefined
    if (nowMillis() >= known.refusedFromMillis || isRevoked(known.sessionKey)) {
      remembered.delete(token)
      return undefined
    }
    return known
  }

  function remember(token: string, entry: Remembered): void {
    if (remembered.size >= maxRemembered) {
      for (const oldest of remembered.keys()) {
        remembered.delete(oldest)
        break
      }
    }
    remembered.set(token, entry)
  }

  function isRevoked(sessionKey: string | undefined): boolean {
    return sessionKey !== undefined && revoked.size > 0 && revoked.has(sessionKey)
  }

  async function check(token: string, use: 'often' | 'once'): Promise<Caller | undefined> {
    const claims = await readClaims(token, await key, nowMillis())
    if (claims === undefined) return undefined
    const { session } = claims.caller
    const sessionKey = session === undefined ? undefined : keyOf(session)
    if (session !== undefined && !(await sessionIsOpen(session))) return undefined
    if (isRevoked(sessionKey)) return undefined
    if (use === 'once') return claims.caller
    const refusedFromMillis = (claims.expiresAtSeconds + leewaySeconds) * 1000
    remember(token, { caller: claims.caller, sessionKey, refusedFromMillis })
    return claims.caller
  }

  return {
    async issue({ account, session, scope = 'all', ttlSeconds = usualTtlSeconds }) {
      if (session !== undefined && ttlSeconds > usualTtlSeconds) {
        throw new RangeError(
          `Cannot issue token of a session: it would live ${ttlSeconds} s, must be at most ${usualTtlSeconds} s`,
        )
      }
      const expiresAtSeconds = Math.floor(nowMillis() / 1000) + ttlSeconds
      const sid = session === undefined ? {} : { sid: Buffer.from(session).toString('base64url') }
      const limited = scope === 'all' ? {} : { scope }
      const sub = formatUuid(account)
      const token = await new SignJWT({ sub, exp: expiresAtSeconds, ...sid, ...limited })
        .setProtectedHeader({ typ: 'JWT', alg: 'HS256' })
        .sign(await key)
      return { token, expiresAtSeconds }
    },
    verify(token, use = 'often') {
      if (token.length > maxTokenCharacters) return undefined
      return recall(token)?.caller ?? check(token, use)
    },
    revoke(session) {
      const now = nowMillis()
      for (const [key, until] of revoked) {
        if (until > now) break
        revoked.delete(key)
      }
      revoked.set(keyOf(session), now + (usualTtlSeconds + leewaySeconds) * 1000)
    },
  }
}

async function readClaims(
  token: string,
  key: CryptoKey,
  nowMillis: number,
): Promise<{ readonly caller: Caller; readonly expiresAtSeconds: number } | undefined> {
  if (!hasOneSpelling(token)) return undefined
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['HS256'],
      requiredClaims: ['sub', 'exp'],
      clockTolerance: leewaySeconds,
      currentDate: new Date(nowMillis),
    })
    // A token that was made for an audience was not made for us.
    if (payload.aud !== undefined || payload.exp === undefined) return undefined
    const account = parseUuid(payload.sub ?? '')
    if (account === undefined) return undefined
    const { sid } = payload
    if (sid !== undefined && typeof sid !== 'string') return undefined
    const scope = scopeOf(payload['scope'])
    if (scope === undefined) return undefined
    const session = sid === undefined ? undefined : Buffer.from(sid, 'base64url')
    return {
      // The signature says that this UUID is an account's.
      caller: { account: account as AccountId, session, scope },
      expiresAtSeconds: payload.exp,
    }
  } catch {
    // Why is nobody's business: not the caller's, not the log's.
    return undefined
  }
}

/** Undefined for a scope that we do not know: what it must not do could not be told. */
function scopeOf(claim: unknown): Scope | undefined {
  if (claim === undefined) return 'all'
  return claim === 'attachments' ? claim : undefined
}

/**
 * Decoders overlook white space and stray bits (RFC 4648 §3.5). In the first two parts the signature catches them; in the
 * signature itself they would make many tokens of one.
 */
function hasOneSpelling(token: string): boolean {
  const signature = token.slice(token.lastIndexOf('.') + 1)
  return Buffer.from(signature, 'base64url').toString('base64url') === signature
}

function keyOf(session: Uint8Array): string {
  return Buffer.from(session).toString('latin1')
}
