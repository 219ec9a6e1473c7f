/**
 * @module What can happen to an account: it registers, logs in, refreshes, logs out. A session is the chain of refresh
 * tokens that one of the first two began; the store calls it a family.
 */
import { markUuidV4, type AccountId, type MailboxId } from '@sotto/wire'
import type { Bus } from '#bus/bus.ts'
import type { AccessTokens } from '#guard/access-token.ts'
import type { Slots } from '#guard/slots.ts'
import { hashPassword, verifyPassword } from '#relay/accounts/password.ts'
import { drawRefreshToken, hashRefreshToken } from '#relay/accounts/refresh-token.ts'
import type { Clock, Randomness } from '#relay/clock.ts'
import type { AccountStore, DeviceIdentity, PrekeyUpload } from '#store/store.ts'

export interface AccountDeps {
  readonly store: AccountStore
  readonly bus: Bus
  readonly clock: Clock
  readonly randomness: Randomness
  readonly tokens: AccessTokens
  /** How many passwords are hashed at once, and how many wait. */
  readonly hashing: Slots
  readonly refreshTtlMillis: number
  /** Where the account's first device gets its envelopes. */
  readonly mailboxOf: (account: AccountId) => MailboxId
}

/** What a client needs to go on. */
export interface Grant {
  readonly token: string
  readonly refreshToken: string
  readonly expiresAtSeconds: number
}

/** A spent refresh token that comes again this soon is the client's own retry, not a thief's. */
const retryGraceMillis = 10_000

const sessionIdBytes = 16

export interface Accounts {
  register(
    input: {
      readonly username: string
      readonly password: string
      readonly keys: PrekeyUpload & { readonly identity: DeviceIdentity }
    },
    signal: AbortSignal,
  ): Promise<
    | { readonly kind: 'registered'; readonly grant: Grant }
    | { readonly kind: 'username-taken' }
    | { readonly kind: 'busy' }
  >
  logIn(
    username: string,
    password: string,
    signal: AbortSignal,
  ): Promise<
    | { readonly kind: 'granted'; readonly grant: Grant }
    | { readonly kind: 'refused' }
    | { readonly kind: 'busy' }
  >
  refresh(
    refreshToken: string,
  ): Promise<
    | { readonly kind: 'granted'; readonly grant: Grant }
    | { readonly kind: 'refused' }
    | { readonly kind: 'retried' }
    | { readonly kind: 'reused' }
  >
  /** Ends the session of this refresh token if it is the account's; anything else changes nothing. */
  logOut(account: AccountId, refreshToken: string): Promise<void>
  /** After a takeover: only the session that did it goes on. */
  endOtherSessions(account: AccountId, session: Uint8Array | undefined): Promise<void>
}

/** `decoy` is the hash of a password that nobody has: an unknown user costs as much time as a known one. */
export function createAccounts(deps: AccountDeps, decoy: string): Accounts {
  const { store, bus, clock, randomness, tokens, hashing } = deps

  async function grant(account: AccountId, session: Uint8Array, refreshToken: string) {
    const access = await tokens.issue({ account, session })
    return { ...access, refreshToken }
  }

  function newSession() {
    const refreshToken = drawRefreshToken(randomness)
    const row = {
      family: randomness.bytes(sessionIdBytes),
      tokenHash: hashRefreshToken(refreshToken),
      expiresAtMillis: clock.now() + deps.refreshTtlMillis,
    }
    return { refreshToken, row }
  }

  function endFamilies(account: AccountId, families: readonly Uint8Array[]): void {
    if (families.length === 0) return
    for (const family of families) tokens.revoke(family)
    bus.notify(account, { kind: 'sessions-ended', families })
  }

  return {
    async register({ username, password, keys }, signal) {
      // Spares the hashing; two who ask at once are told apart by the store.
      if ((await store.findByUsername(username)) !== undefined) return { kind: 'username-taken' }
      const slot = await hashing.acquire(signal)
      if (slot === 'full') return { kind: 'busy' }
      let passwordHash: string
      try {
        passwordHash = await hashPassword(password, randomness)
      } finally {
        slot[Symbol.dispose]()
      }
      const account = markUuidV4(randomness.bytes(16)) as AccountId
      const { refreshToken, row } = newSession()
      const outcome = await store.register({
        account,
        mailbox: deps.mailboxOf(account),
        username,
        passwordHash,
        prekeys: keys,
        session: row,
      })
      if (outcome.kind === 'username-taken') return outcome
      return { kind: 'registered', grant: await grant(account, row.family, refreshToken) }
    },

    async logIn(username, password, signal) {
      const found = await store.findByUsername(username)
      const slot = await hashing.acquire(signal)
      if (slot === 'full') return { kind: 'busy' }
      let isRight: boolean
      try {
        isRight = await verifyPassword(password, found?.passwordHash ?? decoy)
      } finally {
        slot[Symbol.dispose]()
      }
      if (found === undefined || !isRight) return { kind: 'refused' }
      const { refreshToken, row } = newSession()
      await store.openSession({ ...row, account: found.account })
      return { kind: 'granted', grant: await grant(found.account, row.family, refreshToken) }
    },

    async refresh(refreshToken) {
      const successor = drawRefreshToken(randomness)
      const nowMillis = clock.now()
      const outcome = await store.rotateSession({
        tokenHash: hashRefreshToken(refreshToken),
        successor: hashRefreshToken(successor),
        successorExpiresAtMillis: nowMillis + deps.refreshTtlMillis,
        nowMillis,
        graceMillis: retryGraceMillis,
      })
      switch (outcome.kind) {
        case 'rotated':
          return {
            kind: 'granted',
            grant: await grant(outcome.account, outcome.family, successor),
          }
        case 'reused':
          endFamilies(outcome.account, [outcome.family])
          return { kind: 'reused' }
        case 'refused':
        case 'retried':
          return { kind: outcome.kind }
      }
    },

    async logOut(account, refreshToken) {
      const family = await store.endSession(account, hashRefreshToken(refreshToken))
      if (family !== undefined) endFamilies(account, [family])
    },

    async endOtherSessions(account, session) {
      endFamilies(account, await store.endOtherSessions(account, session))
    },
  }
}
