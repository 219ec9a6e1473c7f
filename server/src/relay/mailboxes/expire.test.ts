import { describe, expect, test } from 'vitest'
import type { AccountId, EnvelopeId, MailboxId } from '@sotto/wire'
import { expireEnvelopes, expireSessions } from '#relay/mailboxes/expire.ts'
import { openMemoryStore } from '#store/memory/open.ts'

const now = 1_800_000_000_000
const clock = { now: () => now }
const never = new AbortController().signal
const roomy = { maxEnvelopes: 5000, maxBytes: 2 ** 30, whenFull: 'refuse' } as const

function numbered(length: number, number: number): Uint8Array {
  const bytes = new Uint8Array(length)
  new DataView(bytes.buffer).setUint32(0, number)
  return bytes
}

async function withEnvelopes(expired: number, fresh: number) {
  const { mailboxes } = openMemoryStore()
  // One to a mailbox, so that a slice can end anywhere.
  for (let i = 0; i < expired + fresh; i++) {
    const mailbox = i.toString(16).padStart(64, '0') as MailboxId
    await mailboxes.open(mailbox)
    const envelope = {
      mailbox,
      id: numbered(16, i) as EnvelopeId,
      idMayRepeat: false,
      kind: 1,
      sender: undefined,
      body: new Uint8Array(),
      acceptedAtMillis: now - 10,
      expiresAtMillis: i < expired ? now : now + 1,
    }
    await mailboxes.deposit(envelope, roomy)
  }
  return mailboxes
}

describe('Expiry', () => {
  test.each([0, 1, 499, 500, 501, 1200])(
    'takes %i expired envelopes and no other',
    async (count) => {
      const mailboxes = await withEnvelopes(count, 7)
      expect(await expireEnvelopes(mailboxes, clock, never)).toBe(count)
      expect(mailboxes.count()).toBe(7)
    },
  )

  test('goes in slices, with a turn for others between two of them', async () => {
    const mailboxes = await withEnvelopes(1200, 0)
    const left: number[] = []
    const done = expireEnvelopes(mailboxes, clock, never)
    const watch = (): void => {
      left.push(mailboxes.count())
      if (mailboxes.count() > 0) setImmediate(watch)
    }
    setImmediate(watch)
    await done
    expect(left.some((count) => count > 0 && count < 1200)).toBe(true)
  })

  test('stops at a slice when it is told to', async () => {
    const mailboxes = await withEnvelopes(1200, 0)
    const abort = new AbortController()
    const done = expireEnvelopes(mailboxes, clock, abort.signal)
    abort.abort()
    expect(await done).toBe(500)
    expect(await expireEnvelopes(mailboxes, clock, abort.signal)).toBe(0)
    expect(mailboxes.count()).toBe(700)
  })

  test('takes expired sessions and no other', async () => {
    const { accounts } = openMemoryStore()
    const account = numbered(16, 1) as AccountId
    for (let i = 0; i < 1010; i++) {
      await accounts.openSession({
        account,
        family: numbered(16, i),
        tokenHash: numbered(32, i),
        expiresAtMillis: i < 1000 ? now : now + 1,
      })
    }
    expect(await expireSessions(accounts, clock, never)).toBe(1000)
    expect(await expireSessions(accounts, clock, never)).toBe(0)
    expect(await accounts.sessionIsOpen(numbered(16, 1005))).toBe(true)
  })
})
