import { describe, expect, test } from 'vitest'
import { randomBytes } from 'node:crypto'
import type { AccountId, MailboxId } from '@sotto/wire'
import type { AccountNotice } from '#bus/bus.ts'
import { openLocalBus } from '#bus/local.ts'
import { fetchBundle } from '#relay/prekeys/fetch.ts'
import { openMemoryStore } from '#store/memory/open.ts'

const account = new Uint8Array(16).fill(1) as AccountId
const mailbox = '1'.repeat(64) as MailboxId

const bytes = (length: number) => Uint8Array.from(randomBytes(length))

async function open(oneTime: number, meter: (mailbox: MailboxId) => boolean = () => true) {
  const store = openMemoryStore()
  await store.accounts.register({
    account,
    mailbox,
    username: 'somebody',
    passwordHash: 'x',
    prekeys: {
      identity: { publicKey: bytes(33), registrationId: 1 },
      signed: { keyId: 1, publicKey: bytes(33), signature: bytes(64) },
      oneTime: Array.from({ length: oneTime }, (_, i) => ({ keyId: i + 1, publicKey: bytes(33) })),
    },
    session: { family: bytes(16), tokenHash: bytes(32), expiresAtMillis: 2 ** 43 },
  })
  const bus = openLocalBus()
  const notices: AccountNotice[] = []
  bus.onNotice((of, notice) => {
    expect(of).toEqual(account)
    notices.push(notice)
  })
  const deps = { prekeys: store.prekeys, bus, meter, lowThreshold: 2 }
  return {
    notices,
    store,
    fetch: (from = mailbox) => fetchBundle(deps, account, from),
  }
}

describe('Fetching a bundle', () => {
  test('takes one one-time key, and tells the owner when fewer than the threshold are left', async () => {
    const { fetch, notices } = await open(4)
    const seen = []
    for (let i = 0; i < 5; i++) {
      const fetched = await fetch()
      seen.push([fetched?.bundle.oneTime?.keyId, notices.length, fetched?.isMetered])
    }
    expect(seen).toEqual([
      [1, 0, false],
      [2, 0, false],
      [3, 1, false],
      [4, 2, false],
      [undefined, 3, false],
    ])
    expect(notices[0]).toEqual({ kind: 'prekeys-low' })
  })

  test('past the budget comes without one, takes none, and tells nobody', async () => {
    const metered: MailboxId[] = []
    const { fetch, notices, store } = await open(1, (target) => metered.push(target) < 0)
    const fetched = await fetch()
    expect([fetched?.isMetered, fetched?.bundle.oneTime]).toEqual([true, undefined])
    expect(fetched?.bundle.identity.registrationId).toBe(1)
    expect(await store.prekeys.countOneTime(mailbox)).toBe(1)
    expect([notices, metered]).toEqual([[], [mailbox]])
  })

  test('of a device that is not there is nothing', async () => {
    const { fetch, notices } = await open(1)
    expect(await fetch('2'.repeat(64) as MailboxId)).toBeUndefined()
    expect(notices).toEqual([])
  })
})
