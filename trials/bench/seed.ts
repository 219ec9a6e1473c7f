/**
 * @module Thousands of accounts in seconds: written through the relay's own store while no relay runs, because each
 * registration through the front door costs an Argon2 hash on purpose.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { mailboxOf } from '@sotto/server/door/obscura/address.ts'
import { openSqliteStore } from '@sotto/server/store/sqlite/open.ts'
import type { NewAccount } from '@sotto/server/store/store.ts'
import { type AccountId, parseUuid } from '@sotto/wire'
import { type Account, mintToken } from '#bench/accounts.ts'
import { unownedPublicKey } from '#clients/curve25519.ts'

/** So many share a commit. */
const atOnce = 256
const lifetimeMillis = 86_400_000

export async function seedAccounts(
  dataDirectory: string,
  secret: string,
  count: number,
  oneTimeKeys: number,
): Promise<readonly Account[]> {
  await using store = await openSqliteStore({ path: join(dataDirectory, 'sotto.db') })
  const userIds = Array.from({ length: count }, () => randomUUID())
  for (let i = 0; i < count; i += atOnce) {
    const batch = userIds.slice(i, i + atOnce).map((userId) => newAccount(userId, oneTimeKeys))
    const outcomes = await Promise.all(batch.map((account) => store.accounts.register(account)))
    if (outcomes.some(({ kind }) => kind !== 'registered')) {
      throw new Error('Cannot seed accounts: a name was taken')
    }
  }
  return userIds.map((userId) => ({ userId, token: mintToken(secret, userId) }))
}

/** Nobody logs in with it and nobody verifies its keys. */
function newAccount(userId: string, oneTimeKeys: number): NewAccount {
  const account = accountId(userId)
  return {
    account,
    mailbox: mailboxOf(account),
    username: userId,
    passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$c2VlZA$c2VlZA',
    prekeys: {
      identity: { publicKey: unownedPublicKey(), registrationId: 1 },
      signed: { keyId: 1, publicKey: unownedPublicKey(), signature: randomBytes(64) },
      oneTime: Array.from({ length: oneTimeKeys }, (_, i) => ({
        keyId: i + 1,
        publicKey: unownedPublicKey(),
      })),
    },
    session: {
      family: randomBytes(16),
      tokenHash: randomBytes(32),
      expiresAtMillis: Date.now() + lifetimeMillis,
    },
  }
}

function accountId(userId: string): AccountId {
  const bytes = parseUuid(userId)
  if (bytes === undefined) throw new TypeError('Cannot seed account: its id is no UUID')
  // The text was read as a UUID one line above.
  return bytes as AccountId
}
