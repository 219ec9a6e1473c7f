import { expect, test } from 'vitest'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { parseUuid, type AccountId } from '@sotto/wire'
import { mailboxNamed, mailboxOf } from '#door/obscura/address.ts'

const account = Uint8Array.from({ length: 16 }, (_, i) => 16 * i) as AccountId
const text = '00102030-4050-6070-8090-a0b0c0d0e0f0'

test('a mailbox is a hash of this door’s label and the account, so that no other door names it', () => {
  const expected = createHash('sha256')
    .update('sotto/mailbox/obscura/1')
    .update(account)
    .digest('hex')
  expect(mailboxOf(account)).toBe(expected)
})

test('one account has one mailbox, another has another, in whatever order they are asked for', () => {
  const accounts = Array.from({ length: 50 }, () => Uint8Array.from(randomBytes(16)) as AccountId)
  const first = accounts.map(mailboxOf)
  expect(new Set(first).size).toBe(50)
  expect(accounts.toReversed().map(mailboxOf)).toEqual(first.toReversed())
})

test('all spellings of an id name the same mailbox, again and again', () => {
  const spellings = [
    text,
    text.toUpperCase(),
    text.replaceAll('-', ''),
    `{${text}}`,
    `urn:uuid:${text}`,
  ]
  for (const spelling of [...spellings, ...spellings]) {
    expect(mailboxNamed(spelling)).toBe(mailboxOf(account))
  }
})

test('what is no id names nothing, the second time too', () => {
  for (const wrong of ['', 'x', text.slice(1), `${text} `, '__proto__', '', 'x']) {
    expect(mailboxNamed(wrong)).toBeUndefined()
  }
})

test('more ids than are remembered are still told apart', () => {
  const mailboxes = new Map<string, string>()
  for (let i = 0; i < 9000; i++) {
    const id = randomUUID()
    mailboxes.set(id, mailboxNamed(id) ?? '')
  }
  expect(new Set(mailboxes.values()).size).toBe(9000)
  for (const [id, mailbox] of mailboxes) {
    const bytes = parseUuid(id)
    expect(bytes && mailboxOf(bytes as AccountId)).toBe(mailbox)
  }
  expect(mailboxNamed(text)).toBe(mailboxOf(account))
})
