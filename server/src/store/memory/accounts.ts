/**
 * @module Accounts and their sessions in memory.
 */
import type { AccountId } from '@sotto/wire'
import type {
  AccountStore,
  NewAccount,
  NewSession,
  RegisterOutcome,
  RotateOutcome,
} from '#store/store.ts'
import { keyOf, sameBytes, type MemoryMailboxes } from '#store/memory/mailboxes.ts'
import type { MemoryPrekeys } from '#store/memory/prekeys.ts'

interface Session extends NewSession {
  readonly spentAtMillis: number | undefined
}

export class MemoryAccounts implements AccountStore {
  readonly #byUsername = new Map<string, { account: AccountId; passwordHash: string }>()
  readonly #sessionsByHash = new Map<string, Session>()
  readonly #mailboxes: MemoryMailboxes
  readonly #prekeys: MemoryPrekeys

  constructor(mailboxes: MemoryMailboxes, prekeys: MemoryPrekeys) {
    this.#mailboxes = mailboxes
    this.#prekeys = prekeys
  }

  async register(input: NewAccount): Promise<RegisterOutcome> {
    if (this.#byUsername.has(input.username)) return { kind: 'username-taken' }
    const { account, passwordHash } = input
    this.#byUsername.set(input.username, { account, passwordHash })
    this.#prekeys.add(input.mailbox, input.prekeys.identity, input.prekeys)
    await this.#mailboxes.open(input.mailbox)
    await this.openSession({ ...input.session, account })
    return { kind: 'registered' }
  }

  async findByUsername(
    username: string,
  ): Promise<{ readonly account: AccountId; readonly passwordHash: string } | undefined> {
    return this.#byUsername.get(username)
  }

  async openSession(session: NewSession): Promise<void> {
    this.#sessionsByHash.set(keyOf(session.tokenHash), { ...session, spentAtMillis: undefined })
  }

  async rotateSession(
    rotation: Parameters<AccountStore['rotateSession']>[0],
  ): Promise<RotateOutcome> {
    const key = keyOf(rotation.tokenHash)
    const session = this.#sessionsByHash.get(key)
    if (session === undefined || session.expiresAtMillis <= rotation.nowMillis) {
      return { kind: 'refused' }
    }
    const { account, family, spentAtMillis } = session
    if (spentAtMillis !== undefined) {
      if (rotation.nowMillis - spentAtMillis <= rotation.graceMillis) return { kind: 'retried' }
      this.#removeFamily(family)
      return { kind: 'reused', account, family }
    }
    this.#sessionsByHash.set(key, { ...session, spentAtMillis: rotation.nowMillis })
    this.#sessionsByHash.set(keyOf(rotation.successor), {
      account,
      family,
      tokenHash: rotation.successor,
      expiresAtMillis: rotation.successorExpiresAtMillis,
      spentAtMillis: undefined,
    })
    return { kind: 'rotated', account, family }
  }

  async endSession(account: AccountId, tokenHash: Uint8Array): Promise<Uint8Array | undefined> {
    const session = this.#sessionsByHash.get(keyOf(tokenHash))
    if (session === undefined || !sameBytes(session.account, account)) return undefined
    this.#removeFamily(session.family)
    return session.family
  }

  async endOtherSessions(
    account: AccountId,
    except: Uint8Array | undefined,
  ): Promise<readonly Uint8Array[]> {
    const ended = new Map<string, Uint8Array>()
    for (const session of this.#sessionsByHash.values()) {
      if (!sameBytes(session.account, account)) continue
      if (except !== undefined && sameBytes(session.family, except)) continue
      ended.set(keyOf(session.family), session.family)
    }
    for (const family of ended.values()) this.#removeFamily(family)
    return [...ended.values()]
  }

  async sessionIsOpen(family: Uint8Array): Promise<boolean> {
    for (const session of this.#sessionsByHash.values()) {
      if (session.spentAtMillis === undefined && sameBytes(session.family, family)) return true
    }
    return false
  }

  async expireSessions(nowMillis: number, limit: number): Promise<number> {
    let removed = 0
    for (const [key, session] of this.#sessionsByHash) {
      if (removed >= limit) break
      if (session.expiresAtMillis > nowMillis) continue
      this.#sessionsByHash.delete(key)
      removed++
    }
    return removed
  }

  #removeFamily(family: Uint8Array): void {
    for (const [key, session] of this.#sessionsByHash) {
      if (sameBytes(session.family, family)) this.#sessionsByHash.delete(key)
    }
  }
}
