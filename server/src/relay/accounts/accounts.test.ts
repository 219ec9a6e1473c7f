import { describe, expect, test } from 'vitest'
import { argon2Sync, randomBytes } from 'node:crypto'
import type { AccountId, MailboxId } from '@sotto/wire'
import type { AccountNotice } from '#bus/bus.ts'
import { openLocalBus } from '#bus/local.ts'
import { createAccessTokens } from '#guard/access-token.ts'
import { createSlots, type Slots } from '#guard/slots.ts'
import { createAccounts, type Grant } from '#relay/accounts/accounts.ts'
import { openMemoryStore } from '#store/memory/open.ts'
import { StoreError } from '#store/store.ts'

const password = 'a good password'
const signal = new AbortController().signal
const hourMillis = 3_600_000

/** A PHC string of these costs. */
function phc(text: string, costs: { readonly memory: number; readonly passes: number }): string {
  const salt = Buffer.alloc(16, 1)
  const tag = argon2Sync('argon2id', {
    message: text,
    nonce: salt,
    parallelism: 1,
    tagLength: 32,
    ...costs,
  })
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replace(/=+$/, '')
  return `$argon2id$v=19$m=${costs.memory},t=${costs.passes},p=1$${base64(salt)}$${base64(tag)}`
}

const cheap = phc(password, { memory: 8, passes: 1 })

function open({
  hashing = createSlots({ slots: 2, maxWaiting: 100 }),
  decoy = phc('the decoy’s password', { memory: 8, passes: 1 }),
} = {}) {
  let nowMillis = 1_800_000_000_000
  const store = openMemoryStore()
  const bus = openLocalBus()
  const clock = { now: () => nowMillis }
  const tokens = createAccessTokens({
    secret: randomBytes(32),
    ttlSeconds: 900,
    nowMillis: clock.now,
    sessionIsOpen: (session) => store.accounts.sessionIsOpen(session),
  })
  const accounts = createAccounts(
    {
      store: store.accounts,
      bus,
      clock,
      randomness: { bytes: (length) => Uint8Array.from(randomBytes(length)) },
      tokens,
      hashing,
      refreshTtlMillis: hourMillis,
      mailboxOf: (account) => Buffer.from(account).toString('hex').padEnd(64, '0') as MailboxId,
    },
    decoy,
  )
  const keys = {
    identity: { publicKey: randomBytes(33), registrationId: 1 },
    signed: { keyId: 1, publicKey: randomBytes(33), signature: randomBytes(64) },
    oneTime: [],
  }
  return {
    accounts,
    store,
    tokens,
    advance: (millis: number) => (nowMillis += millis),
    register: (username: string) => accounts.register({ username, password, keys }, signal),
    /** An account whose password costs nothing to check. */
    async put(username: string): Promise<AccountId> {
      const account = Uint8Array.from(randomBytes(16)) as AccountId
      await store.accounts.register({
        account,
        mailbox: randomBytes(32).toString('hex') as MailboxId,
        username,
        passwordHash: cheap,
        prekeys: keys,
        session: {
          family: randomBytes(16),
          tokenHash: randomBytes(32),
          expiresAtMillis: nowMillis + hourMillis,
        },
      })
      return account
    },
    listen(account: AccountId): AccountNotice[] {
      const notices: AccountNotice[] = []
      bus.onNotice((of, notice) => {
        if (of === account) notices.push(notice)
      })
      return notices
    },
  }
}

function grantOf(outcome: { readonly kind: string; readonly grant?: Grant }): Grant {
  if (outcome.grant === undefined) throw new Error(`No grant: ${outcome.kind}`)
  return outcome.grant
}

describe('Accounts', () => {
  test('registering grants a session that the store and the tokens know', async () => {
    const { accounts, register, tokens } = open()
    const { token, refreshToken, expiresAtSeconds } = grantOf(await register('somebody'))
    const caller = await tokens.verify(token)
    expect(caller?.account).toHaveLength(16)
    // A version 4 UUID.
    expect((caller?.account[6] ?? 0) >> 4).toBe(4)
    expect((caller?.account[8] ?? 0) >> 6).toBe(2)
    expect(expiresAtSeconds).toBe(1_800_000_900)
    expect((await accounts.refresh(refreshToken)).kind).toBe('granted')
  })

  test('a taken name costs no hashing', async () => {
    let acquired = 0
    const real = createSlots({ slots: 1, maxWaiting: 10 })
    const hashing: Slots = {
      ...real,
      acquire: (given) => {
        acquired++
        return real.acquire(given)
      },
    }
    const { register } = open({ hashing })
    await register('somebody')
    expect((await register('somebody')).kind).toBe('username-taken')
    expect(acquired).toBe(1)
  })

  test('a place for hashing is given back, whatever happens', async () => {
    const hashing = createSlots({ slots: 1, maxWaiting: 0 })
    const { accounts, register, put, store } = open({ hashing })
    await put('somebody')
    await register('another')
    await accounts.logIn('somebody', password, signal)
    await accounts.logIn('somebody', 'wrong', signal)
    await accounts.logIn('nobody', password, signal)
    store.accounts.openSession = () => Promise.reject(new StoreError('busy', 'Cannot write'))
    await expect(accounts.logIn('somebody', password, signal)).rejects.toThrow('Cannot write')
    expect([hashing.taken(), hashing.waiting()]).toEqual([0, 0])
  })

  test('when the line is full they say so, and nothing happens', async () => {
    const hashing = createSlots({ slots: 1, maxWaiting: 0 })
    using _taken = (await hashing.acquire(signal)) as Disposable
    const { accounts, register, put } = open({ hashing })
    await put('somebody')
    expect((await register('another')).kind).toBe('busy')
    expect((await accounts.logIn('somebody', password, signal)).kind).toBe('busy')
    expect((await accounts.logIn('nobody', password, signal)).kind).toBe('busy')
  })

  test('who leaves while waiting is not waited for', async () => {
    const hashing = createSlots({ slots: 1, maxWaiting: 5 })
    using _taken = (await hashing.acquire(signal)) as Disposable
    const { accounts } = open({ hashing })
    const abort = new AbortController()
    const login = accounts.logIn('nobody', password, abort.signal)
    abort.abort(new Error('gone'))
    await expect(login).rejects.toThrow('gone')
    expect(hashing.waiting()).toBe(0)
  })

  test('an unknown user costs what the decoy costs: its hash is really computed', async () => {
    // A decoy a hundred times as expensive as the one account's hash makes the difference plain.
    const decoy = phc('the decoy’s password', { memory: 19_456, passes: 4 })
    const { accounts, put } = open({ decoy })
    await put('somebody')
    const time = async (username: string, text: string) => {
      const since = performance.now()
      expect((await accounts.logIn(username, text, signal)).kind).toBe('refused')
      return performance.now() - since
    }
    await time('warming up', 'x')
    const known = Math.min(await time('somebody', 'wrong'), await time('somebody', 'wrong'))
    const unknown = Math.min(await time('nobody', 'wrong'), await time('nobody', 'wrong'))
    expect(unknown).toBeGreaterThan(5 * known)
  })

  test('the decoy’s password lets nobody in', async () => {
    const { accounts } = open()
    const outcome = await accounts.logIn('nobody', 'the decoy’s password', signal)
    expect(outcome.kind).toBe('refused')
  })
})

describe('Sessions', () => {
  test('a login begins a session of its own', async () => {
    const { accounts, tokens, put } = open()
    await put('somebody')
    const first = grantOf(await accounts.logIn('somebody', password, signal))
    const second = grantOf(await accounts.logIn('somebody', password, signal))
    const [a, b] = [await tokens.verify(first.token), await tokens.verify(second.token)]
    expect(a?.account).toEqual(b?.account)
    expect(a?.session).not.toEqual(b?.session)
  })

  test('refreshing keeps the session and renews its time', async () => {
    const { accounts, tokens, put, advance } = open()
    await put('somebody')
    let grant = grantOf(await accounts.logIn('somebody', password, signal))
    const before = await tokens.verify(grant.token)
    for (let i = 0; i < 3; i++) {
      advance(hourMillis - 1)
      grant = grantOf(await accounts.refresh(grant.refreshToken))
    }
    expect((await tokens.verify(grant.token))?.session).toEqual(before?.session)
    advance(hourMillis)
    expect((await accounts.refresh(grant.refreshToken)).kind).toBe('refused')
  })

  test('a spent token is a retry for ten seconds, and then a theft that ends the session', async () => {
    const { accounts, tokens, put, advance, listen } = open()
    const account = await put('somebody')
    const notices = listen(account)
    const first = grantOf(await accounts.logIn('somebody', password, signal))
    const second = grantOf(await accounts.refresh(first.refreshToken))
    advance(10_000)
    expect((await accounts.refresh(first.refreshToken)).kind).toBe('retried')
    expect(await tokens.verify(second.token)).toBeDefined()
    advance(1)
    expect((await accounts.refresh(first.refreshToken)).kind).toBe('reused')
    expect(await tokens.verify(first.token)).toBeUndefined()
    expect(await tokens.verify(second.token)).toBeUndefined()
    expect((await accounts.refresh(second.refreshToken)).kind).toBe('refused')
    expect(notices).toMatchObject([{ kind: 'sessions-ended' }])
  })

  test('logging out ends the session of that token, if it is the account’s', async () => {
    const { accounts, tokens, put, listen } = open()
    const [account, other] = [await put('somebody'), await put('another')]
    const notices = listen(account)
    const grant = grantOf(await accounts.logIn('somebody', password, signal))
    await accounts.logOut(other, grant.refreshToken)
    await accounts.logOut(account, 'nonsense')
    expect(await tokens.verify(grant.token)).toBeDefined()
    expect(notices).toEqual([])
    await accounts.logOut(account, grant.refreshToken)
    expect(await tokens.verify(grant.token)).toBeUndefined()
    expect(notices).toHaveLength(1)
  })

  test('after a takeover only the session that did it goes on', async () => {
    const { accounts, tokens, put, listen } = open()
    const account = await put('somebody')
    const grants = []
    for (let i = 0; i < 3; i++)
      grants.push(grantOf(await accounts.logIn('somebody', password, signal)))
    const [mine] = grants
    const session = (await tokens.verify(mine?.token ?? ''))?.session
    const notices = listen(account)
    await accounts.endOtherSessions(account, session)
    const good = await Promise.all(
      grants.map(async ({ token }) => (await tokens.verify(token)) !== undefined),
    )
    expect(good).toEqual([true, false, false])
    // Those two, and the one that the account was put with.
    expect(notices).toMatchObject([{ families: [{}, {}, {}] }])
    await accounts.endOtherSessions(account, session)
    expect(notices).toHaveLength(1)
  })
})
