import { describe, expect, test } from 'vitest'
import { randomBytes } from 'node:crypto'
import type { AccountId, MailboxId } from '@sotto/wire'
import type { AccountNotice } from '#bus/bus.ts'
import { openLocalBus } from '#bus/local.ts'
import { repeatedKeyId, uploadPrekeys, type Upload } from '#relay/prekeys/upload.ts'
import { openMemoryStore } from '#store/memory/open.ts'
import type { PrekeyStore, PrekeyUploadOutcome } from '#store/store.ts'

const account = new Uint8Array(16).fill(1) as AccountId
const mailbox = '1'.repeat(64) as MailboxId
const oldIdentity = new Uint8Array(33).fill(5)
const newIdentity = new Uint8Array(33).fill(6)

const key = (keyId: number) => ({ keyId, publicKey: Uint8Array.from(randomBytes(33)) })
/** With the S of a well-formed signature; whether it verifies is said below. */
const signed = (keyId: number) => ({ ...key(keyId), signature: new Uint8Array(64) })
const keys = (count: number) => Array.from({ length: count }, (_, i) => key(i + 1))

async function open({ isGood = true, maxOneTime = 10 } = {}) {
  const store = openMemoryStore()
  await store.accounts.register({
    account,
    mailbox,
    username: 'somebody',
    passwordHash: 'x',
    prekeys: {
      identity: { publicKey: oldIdentity, registrationId: 1 },
      signed: signed(10),
      oneTime: keys(3),
    },
    session: { family: randomBytes(16), tokenHash: randomBytes(32), expiresAtMillis: 2 ** 43 },
  })
  const bus = openLocalBus()
  const notices: AccountNotice[] = []
  bus.onNotice((of, notice) => {
    expect(of).toEqual(account)
    notices.push(notice)
  })
  const verified: Uint8Array[] = []
  const deps = {
    prekeys: store.prekeys,
    bus,
    verify: (_publicKey: Uint8Array, message: Uint8Array) => {
      verified.push(message)
      return isGood
    },
    maxOneTime,
  }
  const upload = (changes: Partial<Upload> = {}) =>
    uploadPrekeys(deps, {
      account,
      mailbox,
      identityKey: undefined,
      registrationId: undefined,
      signed: signed(11),
      oneTime: [],
      ...changes,
    })
  const state = async () => ({
    identity: await store.prekeys.identity(mailbox),
    bundle: await store.prekeys.takeBundle(mailbox, false),
    count: await store.prekeys.countOneTime(mailbox),
  })
  return { deps, store, notices, upload, state }
}

describe('An upload of prekeys', () => {
  const real = Uint8Array.of(5, ...new Uint8Array(32).fill(9))

  test('with the stored identity, or with none, is a refill', async () => {
    const { upload, state, notices } = await open()
    expect(await upload({ identityKey: oldIdentity })).toEqual({ kind: 'refilled' })
    expect(await upload({ signed: signed(12), oneTime: keys(5).slice(3) })).toEqual({
      kind: 'refilled',
    })
    const { identity, bundle, count } = await state()
    expect(identity).toEqual({ publicKey: oldIdentity, registrationId: 1 })
    expect([bundle?.signed.keyId, count]).toEqual([12, 5])
    expect(notices).toEqual([])
  })

  test('with another identity is a takeover, which its sockets are told', async () => {
    const { upload, state, notices } = await open()
    const outcome = await upload({
      identityKey: real,
      registrationId: 7,
      signed: signed(1),
      oneTime: keys(1),
    })
    expect(outcome).toEqual({ kind: 'taken-over' })
    const { identity, bundle, count } = await state()
    expect(identity).toEqual({ publicKey: real, registrationId: 7 })
    expect([bundle?.signed.keyId, count]).toEqual([1, 1])
    expect(notices).toEqual([{ kind: 'taken-over' }])
  })

  test.each<[string, Partial<Upload>, unknown]>([
    [
      'an id that stands twice',
      { oneTime: [key(1), key(2), key(1)] },
      { kind: 'duplicate-key-id', keyId: 1 },
    ],
    ['a stale id', { signed: signed(10) }, { kind: 'stale-signed-prekey', given: 10, current: 10 }],
    ['too many', { oneTime: keys(11) }, { kind: 'too-many', limit: 10 }],
    [
      'too many, of a takeover',
      { identityKey: newIdentity, registrationId: 1, oneTime: keys(11) },
      { kind: 'too-many', limit: 10 },
    ],
    [
      'no registration id for a takeover',
      { identityKey: newIdentity },
      { kind: 'no-registration-id' },
    ],
    [
      'no such mailbox',
      { mailbox: '2'.repeat(64) as MailboxId, identityKey: newIdentity },
      { kind: 'no-identity' },
    ],
  ])('%s is refused, and changes nothing', async (_, changes, outcome) => {
    const { upload, state, notices } = await open()
    const before = await state()
    expect(await upload(changes)).toEqual(outcome)
    expect(await state()).toEqual(before)
    expect(notices).toEqual([])
  })

  test('a signature that does not verify is refused, whatever else is wrong behind it', async () => {
    const { upload, state } = await open({ isGood: false })
    const before = await state()
    for (const changes of [
      {},
      { signed: signed(1) },
      { oneTime: keys(11) },
      { identityKey: newIdentity },
    ]) {
      expect(await upload(changes)).toEqual({ kind: 'bad-signature' })
    }
    expect(await state()).toEqual(before)
  })

  test('begins anew when another upload came between, and judges by what is stored then', async () => {
    const { deps, upload, state } = await open()
    const store = deps.prekeys
    let outcomes = 0
    const racing: PrekeyStore = {
      identity: (address) => store.identity(address),
      takeBundle: (address, consume) => store.takeBundle(address, consume),
      countOneTime: (address) => store.countOneTime(address),
      upload: async (request): Promise<PrekeyUploadOutcome> => {
        if (outcomes++ === 0) {
          // Just before ours: somebody takes the account over, with our key.
          await store.upload({
            mailbox,
            identityKey: real,
            takeover: { registrationId: 3 },
            signed: signed(20),
            oneTime: [],
            maxOneTime: 10,
          })
          return { kind: 'identity-changed' }
        }
        return await store.upload(request)
      },
    }
    deps.prekeys = racing
    const outcome = await upload({ identityKey: real, registrationId: 4, signed: signed(21) })
    expect(outcome).toEqual({ kind: 'refilled' })
    expect((await state()).identity).toEqual({ publicKey: real, registrationId: 3 })
  })

  test('gives up when it is overtaken again and again', async () => {
    const { deps, upload } = await open()
    let attempts = 0
    deps.prekeys = Object.assign(Object.create(deps.prekeys) as PrekeyStore, {
      identity: deps.prekeys.identity.bind(deps.prekeys),
      upload: async (): Promise<PrekeyUploadOutcome> => {
        attempts++
        return { kind: 'identity-changed' }
      },
    })
    expect(await upload()).toEqual({ kind: 'contended' })
    expect(attempts).toBe(5)
  })
})

test('the first id that stands twice is found', () => {
  expect(repeatedKeyId([])).toBeUndefined()
  expect(repeatedKeyId(keys(100))).toBeUndefined()
  expect(repeatedKeyId([3, 1, 2, 1, 3].map(key))).toBe(1)
  expect(repeatedKeyId([0, -1, -1].map(key))).toBe(-1)
})
