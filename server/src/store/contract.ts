/**
 * @module The suite that every backend passes. It is the store's documentation: what a backend may not do stands here
 * as a test that fails when it does it.
 */
import { describe, expect, test } from 'vitest'
import type { AccountId, BlobId, EnvelopeId, MailboxId } from '@sotto/wire'
import type { DepositLimits, NewAccount, NewEnvelope, Store } from '#store/store.ts'

export interface Backend {
  /** An empty store, closed when the test ends. */
  open(): Promise<Store>
  /** What the same data looks like to the next process; undefined for backends that forget. */
  reopen: ((store: Store) => Promise<Store>) | undefined
}

const roomy: DepositLimits = { maxEnvelopes: 1000, maxBytes: 1 << 30, whenFull: 'refuse' }
const now = 1_800_000_000_000
const later = now + 86_400_000

let drawn = 0
/** Bytes that no other call of this run returns. */
function fresh(length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  new DataView(bytes.buffer).setUint32(0, ++drawn)
  bytes.fill(drawn & 0xff, 4)
  return bytes
}
const freshMailbox = (): MailboxId => Buffer.from(fresh(32)).toString('hex') as MailboxId
const freshId = (): EnvelopeId => fresh(16) as EnvelopeId
const freshAccount = (): AccountId => fresh(16) as AccountId

function envelopeTo(
  mailbox: MailboxId,
  text: string,
  changes: Partial<NewEnvelope> = {},
): NewEnvelope {
  return {
    mailbox,
    id: freshId(),
    idMayRepeat: false,
    kind: 2,
    sender: new Uint8Array(16).fill(7),
    body: new TextEncoder().encode(text),
    acceptedAtMillis: now,
    expiresAtMillis: later,
    ...changes,
  }
}

function newAccount(username: string, changes: Partial<NewAccount> = {}): NewAccount {
  return {
    account: freshAccount(),
    mailbox: freshMailbox(),
    username,
    passwordHash: '$argon2id$test',
    prekeys: {
      identity: { publicKey: fresh(33), registrationId: 42 },
      signed: { keyId: 1, publicKey: fresh(33), signature: fresh(64) },
      oneTime: [1, 2, 3].map((keyId) => ({ keyId, publicKey: fresh(33) })),
    },
    session: { family: fresh(16), tokenHash: fresh(32), expiresAtMillis: later },
    ...changes,
  }
}

async function textsIn(
  store: Store,
  mailbox: MailboxId,
  changes: { after?: number; maxEnvelopes?: number; maxBytes?: number; nowMillis?: number } = {},
): Promise<string[]> {
  const query = { after: 0, maxEnvelopes: 10_000, maxBytes: 1 << 30, nowMillis: now, ...changes }
  const { envelopes } = await store.mailboxes.collect(mailbox, query)
  return envelopes.map((envelope) => new TextDecoder().decode(envelope.body))
}

export function storeContract(name: string, backend: Backend): void {
  async function withMailbox(): Promise<{ store: Store; mailbox: MailboxId }> {
    const store = await backend.open()
    const mailbox = freshMailbox()
    await store.mailboxes.open(mailbox)
    return { store, mailbox }
  }

  describe(`${name}: mailboxes`, () => {
    test('gives back every field of an envelope', async () => {
      const { store, mailbox } = await withMailbox()
      for (const sender of [undefined, new Uint8Array([1, 2, 3])]) {
        const sent = envelopeTo(mailbox, 'körper', { sender, kind: -2_147_483_648 })
        await store.mailboxes.deposit(sent, roomy)
        const all = { after: 0, maxEnvelopes: 1, maxBytes: 1, nowMillis: now }
        const [found] = (await store.mailboxes.collect(mailbox, all)).envelopes
        const { idMayRepeat: _, ...fields } = sent
        const { sequence, ...rest } = found ?? { sequence: 0 }
        expect({ sender: undefined, ...rest }).toEqual(fields)
        expect(sequence).toBeGreaterThan(0)
        await store.mailboxes.purge(mailbox)
      }
    })

    test('keeps an empty body and one of two mebibytes', async () => {
      const { store, mailbox } = await withMailbox()
      const large = new Uint8Array(2 * 1024 * 1024).fill(9)
      await store.mailboxes.deposit(envelopeTo(mailbox, ''), roomy)
      await store.mailboxes.deposit(envelopeTo(mailbox, '', { body: large }), roomy)
      const query = { after: 0, maxEnvelopes: 9, maxBytes: 1 << 30, nowMillis: now }
      const { envelopes } = await store.mailboxes.collect(mailbox, query)
      expect(envelopes.map((envelope) => envelope.body.length)).toEqual([0, large.length])
      expect(Buffer.compare(envelopes[1]?.body ?? new Uint8Array(), large)).toBe(0)
    })

    test('does not see what the caller does to its buffers afterwards', async () => {
      const { store, mailbox } = await withMailbox()
      const body = new TextEncoder().encode('before')
      await store.mailboxes.deposit(envelopeTo(mailbox, '', { body }), roomy)
      body.fill(0)
      expect(await textsIn(store, mailbox)).toEqual(['before'])
    })

    test('says that a mailbox is unknown, and opens one twice without harm', async () => {
      const { store, mailbox } = await withMailbox()
      const unknown = await store.mailboxes.deposit(envelopeTo(freshMailbox(), 'x'), roomy)
      expect(unknown).toEqual({ kind: 'unknown-mailbox' })
      await store.mailboxes.deposit(envelopeTo(mailbox, 'stays'), roomy)
      await store.mailboxes.open(mailbox)
      expect(await textsIn(store, mailbox)).toEqual(['stays'])
      expect(await textsIn(store, freshMailbox())).toEqual([])
    })

    test('numbers what arrives together in the order in which it came', async () => {
      const { store, mailbox } = await withMailbox()
      const texts = Array.from({ length: 500 }, (_, i) => `m${i}`)
      const outcomes = await Promise.all(
        texts.map((text) => store.mailboxes.deposit(envelopeTo(mailbox, text), roomy)),
      )
      const numbers = outcomes.map((outcome) => (outcome.kind === 'stored' ? outcome.sequence : 0))
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
      expect(new Set(numbers).size).toBe(500)
      expect(await textsIn(store, mailbox)).toEqual(texts)
    })

    test('tells each deposit which one came before it', async () => {
      const { store, mailbox } = await withMailbox()
      const outcomes = await Promise.all(
        ['a', 'b', 'c'].map((text) => store.mailboxes.deposit(envelopeTo(mailbox, text), roomy)),
      )
      const stored = outcomes.flatMap((outcome) => (outcome.kind === 'stored' ? [outcome] : []))
      expect(stored.map((outcome) => outcome.previous)).toEqual([
        0,
        stored[0]?.sequence,
        stored[1]?.sequence,
      ])
    })

    test('never shows a later envelope before an earlier one: a cursor that polls misses none', async () => {
      const { store, mailbox } = await withMailbox()
      const limits: DepositLimits = { ...roomy, maxEnvelopes: 10_000 }
      let isSending = true
      const seen: string[] = []
      const poll = (async () => {
        for (let cursor = 0; ;) {
          const wasSending = isSending
          const query = { after: cursor, maxEnvelopes: 7, maxBytes: 1 << 20, nowMillis: now }
          const found = await store.mailboxes.collect(mailbox, query)
          cursor = found.cursor
          seen.push(...found.envelopes.map((e) => new TextDecoder().decode(e.body)))
          if (!wasSending && !found.more) return
          await new Promise((resolve) => setImmediate(resolve))
        }
      })()
      const writers = Array.from({ length: 8 }, async (_, writer) => {
        for (let i = 0; i < 150; i++) {
          await store.mailboxes.deposit(envelopeTo(mailbox, `${writer}:${i}`), limits)
        }
      })
      await Promise.all(writers)
      isSending = false
      await poll
      expect(seen.length).toBe(1200)
      expect(new Set(seen).size).toBe(1200)
      for (let writer = 0; writer < 8; writer++) {
        const own = seen.filter((text) => text.startsWith(`${writer}:`))
        expect(own).toEqual(Array.from({ length: 150 }, (_, i) => `${writer}:${i}`))
      }
    })

    test('a deposit is there to be collected as soon as it is answered', async () => {
      const { store, mailbox } = await withMailbox()
      const checks = Array.from({ length: 100 }, async (_, i) => {
        await store.mailboxes.deposit(envelopeTo(mailbox, `m${i}`), roomy)
        expect(await textsIn(store, mailbox)).toContain(`m${i}`)
      })
      await Promise.all(checks)
    })

    test('collects by count, by bytes and from a cursor, one envelope at least', async () => {
      const { store, mailbox } = await withMailbox()
      for (const text of ['aaaa', 'bbbb', 'cccc']) {
        await store.mailboxes.deposit(envelopeTo(mailbox, text), roomy)
      }
      const query = { after: 0, maxEnvelopes: 2, maxBytes: 1 << 20, nowMillis: now }
      const first = await store.mailboxes.collect(mailbox, query)
      expect(first.envelopes.length).toBe(2)
      expect(first.more).toBe(true)
      const rest = await store.mailboxes.collect(mailbox, { ...query, after: first.cursor })
      expect(rest.envelopes.map((e) => new TextDecoder().decode(e.body))).toEqual(['cccc'])
      expect(rest.more).toBe(false)
      const end = await store.mailboxes.collect(mailbox, { ...query, after: rest.cursor })
      expect(end).toEqual({ envelopes: [], more: false, damaged: 0, cursor: rest.cursor })
      expect(await textsIn(store, mailbox, { maxBytes: 1 })).toEqual(['aaaa'])
      expect(await textsIn(store, mailbox, { maxBytes: 8 })).toEqual(['aaaa', 'bbbb'])
    })

    test('removes what its owner acknowledges, and leaves the rest in order', async () => {
      const { store, mailbox } = await withMailbox()
      const sent = ['a', 'b', 'c', 'd', 'e'].map((text) => envelopeTo(mailbox, text))
      for (const envelope of sent) await store.mailboxes.deposit(envelope, roomy)
      const ids = [sent[3], sent[1], sent[1]].flatMap((envelope) => (envelope ? [envelope.id] : []))
      expect(await store.mailboxes.acknowledge(mailbox, [...ids, freshId()])).toBe(2)
      expect(await store.mailboxes.acknowledge(mailbox, ids)).toBe(0)
      expect(await textsIn(store, mailbox)).toEqual(['a', 'c', 'e'])
    })

    test('does not let anybody acknowledge an envelope of another mailbox', async () => {
      const { store, mailbox } = await withMailbox()
      const other = freshMailbox()
      await store.mailboxes.open(other)
      const sent = envelopeTo(mailbox, 'mine')
      await store.mailboxes.deposit(sent, roomy)
      expect(await store.mailboxes.acknowledge(other, [sent.id])).toBe(0)
      expect(await store.mailboxes.acknowledge(freshMailbox(), [sent.id])).toBe(0)
      expect(await textsIn(store, mailbox)).toEqual(['mine'])
    })

    test('what is acknowledged is not collected again, even before the removal is on disk', async () => {
      const { store, mailbox } = await withMailbox()
      const sent = envelopeTo(mailbox, 'once')
      await store.mailboxes.deposit(sent, roomy)
      const removing = store.mailboxes.acknowledge(mailbox, [sent.id])
      expect(await textsIn(store, mailbox)).toEqual([])
      await removing
    })

    test('stores an id once where it may repeat, also when both come at the same time', async () => {
      const { store, mailbox } = await withMailbox()
      const sent = envelopeTo(mailbox, 'once', { idMayRepeat: true })
      const outcomes = await Promise.all([
        store.mailboxes.deposit(sent, roomy),
        store.mailboxes.deposit(sent, roomy),
        store.mailboxes.deposit(sent, roomy),
      ])
      expect(outcomes.map((outcome) => outcome.kind).toSorted()).toEqual([
        'duplicate',
        'duplicate',
        'stored',
      ])
      expect(await textsIn(store, mailbox)).toEqual(['once'])
      const alike = sent.id.slice() as EnvelopeId
      alike[15] = ((alike[15] ?? 0) + 1) & 0xff
      const twin = await store.mailboxes.deposit({ ...sent, id: alike }, roomy)
      expect(twin.kind).toBe('stored')
    })

    test('refuses what does not fit, by count and by bytes, and stays as it was', async () => {
      const { store, mailbox } = await withMailbox()
      const limits: DepositLimits = { maxEnvelopes: 2, maxBytes: 10, whenFull: 'refuse' }
      expect((await store.mailboxes.deposit(envelopeTo(mailbox, 'aaaa'), limits)).kind).toBe(
        'stored',
      )
      const tooLarge = await store.mailboxes.deposit(envelopeTo(mailbox, 'bbbbbbb'), limits)
      expect(tooLarge).toEqual({ kind: 'mailbox-full' })
      expect((await store.mailboxes.deposit(envelopeTo(mailbox, 'bbbb'), limits)).kind).toBe(
        'stored',
      )
      const third = await store.mailboxes.deposit(envelopeTo(mailbox, 'c'), limits)
      expect(third).toEqual({ kind: 'mailbox-full' })
      expect(await textsIn(store, mailbox)).toEqual(['aaaa', 'bbbb'])
    })

    test('holds the limit when many come at the same time', async () => {
      const { store, mailbox } = await withMailbox()
      const limits: DepositLimits = { ...roomy, maxEnvelopes: 10 }
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          store.mailboxes.deposit(envelopeTo(mailbox, `m${i}`), limits),
        ),
      )
      expect(outcomes.filter((outcome) => outcome.kind === 'stored').length).toBe(10)
      expect((await textsIn(store, mailbox)).length).toBe(10)
    })

    test('drops the oldest where that is asked for, and says how many', async () => {
      const { store, mailbox } = await withMailbox()
      const limits: DepositLimits = { maxEnvelopes: 2, maxBytes: 10, whenFull: 'drop-oldest' }
      for (const text of ['aa', 'bb']) {
        await store.mailboxes.deposit(envelopeTo(mailbox, text), limits)
      }
      const one = await store.mailboxes.deposit(envelopeTo(mailbox, 'cc'), limits)
      expect(one.kind === 'stored' && one.evicted).toBe(1)
      expect(await textsIn(store, mailbox)).toEqual(['bb', 'cc'])
      const both = await store.mailboxes.deposit(envelopeTo(mailbox, 'dddddddddd'), limits)
      expect(both.kind === 'stored' && both.evicted).toBe(2)
      const never = await store.mailboxes.deposit(envelopeTo(mailbox, 'eeeeeeeeeee'), limits)
      expect(never).toEqual({ kind: 'mailbox-full' })
      expect(await textsIn(store, mailbox)).toEqual(['dddddddddd'])
    })

    test('lets expired envelopes make room before it refuses', async () => {
      const { store, mailbox } = await withMailbox()
      const limits: DepositLimits = { ...roomy, maxEnvelopes: 1 }
      await store.mailboxes.deposit(
        envelopeTo(mailbox, 'old', { expiresAtMillis: now + 1 }),
        limits,
      )
      const next = envelopeTo(mailbox, 'new', { acceptedAtMillis: now + 1 })
      expect((await store.mailboxes.deposit(next, limits)).kind).toBe('stored')
      expect(await textsIn(store, mailbox, { nowMillis: now + 1 })).toEqual(['new'])
    })

    test('never delivers what expired, and removes it in slices', async () => {
      const { store, mailbox } = await withMailbox()
      const soon = now + 1000
      for (let i = 0; i < 5; i++) {
        await store.mailboxes.deposit(
          envelopeTo(mailbox, `soon${i}`, { expiresAtMillis: soon }),
          roomy,
        )
      }
      await store.mailboxes.deposit(envelopeTo(mailbox, 'later'), roomy)
      expect(await textsIn(store, mailbox, { nowMillis: soon - 1 })).toHaveLength(6)
      expect(await textsIn(store, mailbox, { nowMillis: soon })).toEqual(['later'])
      expect(await store.mailboxes.expire(soon - 1, 100)).toBe(0)
      let removed = 0
      for (let slice = 0; slice < 10; slice++) removed += await store.mailboxes.expire(soon, 2)
      expect(removed).toBe(5)
      expect(store.mailboxes.count()).toBe(1)
      expect(await textsIn(store, mailbox, { nowMillis: soon })).toEqual(['later'])
    })

    test('purges one mailbox and no other, with what is on its way to the disk', async () => {
      const { store, mailbox } = await withMailbox()
      const other = freshMailbox()
      await store.mailboxes.open(other)
      await store.mailboxes.deposit(envelopeTo(other, 'stays'), roomy)
      const sending = store.mailboxes.deposit(envelopeTo(mailbox, 'goes'), roomy)
      const purging = store.mailboxes.purge(mailbox)
      const after = store.mailboxes.deposit(envelopeTo(mailbox, 'comes'), roomy)
      await Promise.all([sending, purging, after])
      expect(await purging).toBe(1)
      expect(await textsIn(store, mailbox)).toEqual(['comes'])
      expect(await textsIn(store, other)).toEqual(['stays'])
    })
  })

  describe(`${name}: accounts`, () => {
    test('registers account, mailbox, keys and session in one step', async () => {
      const store = await backend.open()
      const account = newAccount('ada')
      expect(await store.accounts.register(account)).toEqual({ kind: 'registered' })
      const found = await store.accounts.findByUsername('ada')
      expect(found?.passwordHash).toBe(account.passwordHash)
      expect(Buffer.from(found?.account ?? [])).toEqual(Buffer.from(account.account))
      expect(await store.prekeys.countOneTime(account.mailbox)).toBe(3)
      expect(await store.accounts.sessionIsOpen(account.session.family)).toBe(true)
      const sent = await store.mailboxes.deposit(envelopeTo(account.mailbox, 'hi'), roomy)
      expect(sent.kind).toBe('stored')
    })

    test('gives a name to one of those who ask at the same time, and nothing to the others', async () => {
      const store = await backend.open()
      const rivals = [newAccount('eve'), newAccount('eve'), newAccount('eve')]
      const outcomes = await Promise.all(rivals.map((rival) => store.accounts.register(rival)))
      expect(outcomes.map((outcome) => outcome.kind)).toEqual([
        'registered',
        'username-taken',
        'username-taken',
      ])
      const loser = rivals[1]
      if (loser === undefined) throw new TypeError('no rival')
      expect(await store.prekeys.identity(loser.mailbox)).toBeUndefined()
      expect(await store.accounts.sessionIsOpen(loser.session.family)).toBe(false)
      const sent = await store.mailboxes.deposit(envelopeTo(loser.mailbox, 'x'), roomy)
      expect(sent.kind).toBe('unknown-mailbox')
    })

    test('tells names apart by case and knows nobody it was not told of', async () => {
      const store = await backend.open()
      await store.accounts.register(newAccount('Bob'))
      expect(await store.accounts.findByUsername('bob')).toBeUndefined()
      expect(await store.accounts.findByUsername("' OR 1=1 --")).toBeUndefined()
    })

    function rotation(tokenHash: Uint8Array, nowMillis = now) {
      const successor = fresh(32)
      return {
        tokenHash,
        successor,
        successorExpiresAtMillis: later,
        nowMillis,
        graceMillis: 10_000,
      }
    }

    test('rotates a refresh token once; a moment later its twin is a retry, later it is theft', async () => {
      const store = await backend.open()
      const account = newAccount('ada')
      await store.accounts.register(account)
      const first = rotation(account.session.tokenHash)
      const outcomes = await Promise.all([
        store.accounts.rotateSession(first),
        store.accounts.rotateSession(rotation(account.session.tokenHash)),
      ])
      expect(outcomes.map((outcome) => outcome.kind)).toEqual(['rotated', 'retried'])
      expect(await store.accounts.sessionIsOpen(account.session.family)).toBe(true)
      const stolen = rotation(account.session.tokenHash, now + 10_001)
      const reused = await store.accounts.rotateSession(stolen)
      expect(reused.kind).toBe('reused')
      expect(await store.accounts.sessionIsOpen(account.session.family)).toBe(false)
      const descendant = await store.accounts.rotateSession(rotation(first.successor))
      expect(descendant.kind).toBe('refused')
    })

    test('refuses unknown and expired tokens and keeps other families when one is revoked', async () => {
      const store = await backend.open()
      const account = newAccount('ada')
      await store.accounts.register(account)
      expect((await store.accounts.rotateSession(rotation(fresh(32)))).kind).toBe('refused')
      const late = await store.accounts.rotateSession(rotation(account.session.tokenHash, later))
      expect(late.kind).toBe('refused')
      const other = { family: fresh(16), tokenHash: fresh(32), expiresAtMillis: later }
      await store.accounts.openSession({ ...other, account: account.account })
      const ended = await store.accounts.endOtherSessions(account.account, other.family)
      expect(ended.map((family) => Buffer.from(family))).toEqual([
        Buffer.from(account.session.family),
      ])
      expect(await store.accounts.sessionIsOpen(other.family)).toBe(true)
      expect((await store.accounts.rotateSession(rotation(other.tokenHash))).kind).toBe('rotated')
    })

    test('ends a session for its owner only', async () => {
      const store = await backend.open()
      const account = newAccount('ada')
      await store.accounts.register(account)
      const { tokenHash, family } = account.session
      expect(await store.accounts.endSession(freshAccount(), tokenHash)).toBeUndefined()
      expect(await store.accounts.sessionIsOpen(family)).toBe(true)
      const ended = await store.accounts.endSession(account.account, tokenHash)
      expect(Buffer.from(ended ?? [])).toEqual(Buffer.from(family))
      expect(await store.accounts.endSession(account.account, tokenHash)).toBeUndefined()
      expect((await store.accounts.rotateSession(rotation(tokenHash))).kind).toBe('refused')
    })

    test('removes expired sessions in slices', async () => {
      const store = await backend.open()
      const account = newAccount('ada')
      await store.accounts.register(account)
      for (let i = 0; i < 4; i++) {
        await store.accounts.openSession({
          account: account.account,
          family: fresh(16),
          tokenHash: fresh(32),
          expiresAtMillis: now + 1,
        })
      }
      expect(await store.accounts.expireSessions(now + 1, 3)).toBe(3)
      expect(await store.accounts.expireSessions(now + 1, 3)).toBe(1)
      expect(await store.accounts.expireSessions(now + 1, 3)).toBe(0)
      expect(await store.accounts.sessionIsOpen(account.session.family)).toBe(true)
    })
  })

  describe(`${name}: prekeys`, () => {
    async function withAccount(): Promise<{ store: Store; account: NewAccount }> {
      const store = await backend.open()
      const account = newAccount('ada')
      await store.accounts.register(account)
      return { store, account }
    }

    function refill(account: NewAccount, keyId: number, oneTimeIds: readonly number[]) {
      return {
        mailbox: account.mailbox,
        identityKey: account.prekeys.identity.publicKey,
        takeover: undefined,
        maxOneTime: 5,
        signed: { keyId, publicKey: fresh(33), signature: fresh(64) },
        oneTime: oneTimeIds.map((id) => ({ keyId: id, publicKey: fresh(33) })),
      }
    }

    test('serves each one-time key once, oldest first, and then none', async () => {
      const { store, account } = await withAccount()
      const bundles = await Promise.all(
        Array.from({ length: 5 }, () => store.prekeys.takeBundle(account.mailbox, true)),
      )
      expect(bundles.map((bundle) => bundle?.oneTime?.keyId)).toEqual([
        1,
        2,
        3,
        undefined,
        undefined,
      ])
      expect(bundles.map((bundle) => bundle?.remaining)).toEqual([2, 1, 0, 0, 0])
      expect(bundles[0]?.identity.registrationId).toBe(42)
      expect(Buffer.from(bundles[4]?.signed.publicKey ?? [])).toEqual(
        Buffer.from(account.prekeys.signed.publicKey),
      )
    })

    test('leaves one-time keys alone when it is not to consume', async () => {
      const { store, account } = await withAccount()
      const bundle = await store.prekeys.takeBundle(account.mailbox, false)
      expect(bundle?.oneTime).toBeUndefined()
      expect(bundle?.remaining).toBe(3)
      expect(await store.prekeys.takeBundle(freshMailbox(), true)).toBeUndefined()
    })

    test('refills: rotates the signed key, keeps known ids as they were, drops the oldest beyond the limit', async () => {
      const { store, account } = await withAccount()
      const upload = refill(account, 2, [3, 4, 5, 6])
      expect(await store.prekeys.upload(upload)).toEqual({ kind: 'refilled' })
      const served = []
      for (let i = 0; i < 6; i++) {
        served.push(await store.prekeys.takeBundle(account.mailbox, true))
      }
      expect(served.map((bundle) => bundle?.oneTime?.keyId)).toEqual([2, 3, 4, 5, 6, undefined])
      expect(Buffer.from(served[1]?.oneTime?.publicKey ?? [])).toEqual(
        Buffer.from(account.prekeys.oneTime[2]?.publicKey ?? []),
      )
      expect(served[0]?.signed.keyId).toBe(2)
    })

    test('refuses a signed key that is not newer, and changes nothing', async () => {
      const { store, account } = await withAccount()
      await store.prekeys.upload(refill(account, 10, []))
      const stale = await store.prekeys.upload(refill(account, 10, [50]))
      expect(stale).toEqual({ kind: 'stale-signed-prekey', current: 10 })
      expect(await store.prekeys.countOneTime(account.mailbox)).toBe(3)
    })

    test('a takeover replaces everything and purges what waits', async () => {
      const { store, account } = await withAccount()
      await store.mailboxes.deposit(envelopeTo(account.mailbox, 'old'), roomy)
      const sending = store.mailboxes.deposit(envelopeTo(account.mailbox, 'on its way'), roomy)
      const identityKey = fresh(33)
      const taking = store.prekeys.upload({
        ...refill(account, 1, [9]),
        identityKey,
        takeover: { registrationId: 7 },
      })
      const after = store.mailboxes.deposit(envelopeTo(account.mailbox, 'new'), roomy)
      await Promise.all([sending, after])
      expect(await taking).toEqual({ kind: 'taken-over', purged: 2 })
      expect(await textsIn(store, account.mailbox)).toEqual(['new'])
      const bundle = await store.prekeys.takeBundle(account.mailbox, true)
      expect(bundle?.identity.registrationId).toBe(7)
      expect(Buffer.from(bundle?.identity.publicKey ?? [])).toEqual(Buffer.from(identityKey))
      expect(bundle?.oneTime?.keyId).toBe(9)
      expect(bundle?.remaining).toBe(0)
    })

    test('says when the identity is not the one that the upload was checked with', async () => {
      const { store, account } = await withAccount()
      const foreign = { ...refill(account, 2, [9]), identityKey: fresh(33) }
      expect(await store.prekeys.upload(foreign)).toEqual({ kind: 'identity-changed' })
      const nobody = { ...refill(account, 2, []), mailbox: freshMailbox() }
      expect(await store.prekeys.upload(nobody)).toEqual({ kind: 'unknown-mailbox' })
      expect(await store.prekeys.countOneTime(account.mailbox)).toBe(3)
    })

    test('never pairs keys of two identities when a takeover and fetches race', async () => {
      const { store, account } = await withAccount()
      const before = Buffer.from(account.prekeys.signed.publicKey).toString('hex')
      const upload = {
        ...refill(account, 1, [9]),
        identityKey: fresh(33),
        takeover: { registrationId: 7 },
      }
      const fetches = Array.from({ length: 20 }, (_, i) =>
        i === 10
          ? store.prekeys.upload(upload).then(() => undefined)
          : store.prekeys.takeBundle(account.mailbox, true),
      )
      for (const bundle of await Promise.all(fetches)) {
        if (bundle === undefined) continue
        const isOld = Buffer.from(bundle.signed.publicKey).toString('hex') === before
        expect(bundle.identity.registrationId).toBe(isOld ? 42 : 7)
      }
    })
  })

  describe(`${name}: blob records`, () => {
    test('knows a blob until it is removed, and finds what expired, oldest first', async () => {
      const store = await backend.open()
      const ids = [fresh(16), fresh(16), fresh(16)] as BlobId[]
      for (const [i, id] of ids.entries()) {
        await store.blobs.add({ id, expiresAtMillis: now - i * 1000 })
      }
      const [first, second, third] = ids
      if (first === undefined || second === undefined || third === undefined) throw new TypeError()
      expect((await store.blobs.find(second))?.expiresAtMillis).toBe(now - 1000)
      expect(await store.blobs.find(fresh(16) as BlobId)).toBeUndefined()
      const expired = await store.blobs.expired(now - 1000, 10)
      expect(expired.map((id) => Buffer.from(id))).toEqual(
        [third, second].map((id) => Buffer.from(id)),
      )
      expect(await store.blobs.expired(now, 1)).toHaveLength(1)
      await store.blobs.remove([third, second, fresh(16) as BlobId])
      expect(await store.blobs.find(third)).toBeUndefined()
      expect(await store.blobs.find(first)).toBeDefined()
    })
  })

  const { reopen } = backend
  if (reopen === undefined) return
  describe(`${name}: after a restart`, () => {
    test('everything that was answered is there, and nothing that was removed comes back', async () => {
      const { store, mailbox } = await withMailbox()
      const sent = ['a', 'b', 'c', 'd'].map((text) => envelopeTo(mailbox, text))
      for (const envelope of sent) await store.mailboxes.deposit(envelope, roomy)
      const second = sent[1]
      if (second === undefined) throw new TypeError('nothing sent')
      await store.mailboxes.acknowledge(mailbox, [second.id])
      const account = newAccount('ada')
      await store.accounts.register(account)
      await store.prekeys.takeBundle(account.mailbox, true)

      const again = await reopen(store)
      expect(await textsIn(again, mailbox)).toEqual(['a', 'c', 'd'])
      expect(again.mailboxes.count()).toBe(3)
      expect(await again.accounts.findByUsername('ada')).toBeDefined()
      expect(await again.accounts.sessionIsOpen(account.session.family)).toBe(true)
      const bundle = await again.prekeys.takeBundle(account.mailbox, true)
      expect(bundle?.oneTime?.keyId).toBe(2)
    })

    test('a sequence number is never given twice, even when the mailbox was emptied', async () => {
      const { store, mailbox } = await withMailbox()
      const given: number[] = []
      let current = store
      for (let round = 0; round < 3; round++) {
        const sent = envelopeTo(mailbox, `round ${round}`)
        const outcome = await current.mailboxes.deposit(sent, roomy)
        if (outcome.kind === 'stored') given.push(outcome.sequence)
        await current.mailboxes.acknowledge(mailbox, [sent.id])
        current = await reopen(current)
      }
      expect(given.length).toBe(3)
      expect(given).toEqual([...new Set(given)].toSorted((a, b) => a - b))
    })

    test('limits count what was there before', async () => {
      const { store, mailbox } = await withMailbox()
      const limits: DepositLimits = { ...roomy, maxEnvelopes: 1 }
      await store.mailboxes.deposit(envelopeTo(mailbox, 'a'), limits)
      const again = await reopen(store)
      const second = await again.mailboxes.deposit(envelopeTo(mailbox, 'b'), limits)
      expect(second.kind).toBe('mailbox-full')
    })
  })
}
