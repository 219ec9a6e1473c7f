import { expect, test } from 'vitest'
import { addressLabel, addressMailboxLabel } from '#live/addresses.ts'

test('labels are ASCII, as long as the table says, and none begins like another', () => {
  const encoder = new TextEncoder()
  expect(encoder.encode(addressLabel)).toHaveLength(15)
  expect(encoder.encode(addressMailboxLabel)).toHaveLength(23)
  expect(`${addressLabel}${addressMailboxLabel}`).toMatch(/^[\x21-\x7e]+$/)
  const all = [
    addressLabel,
    addressMailboxLabel,
    'sotto/mailbox/vauchi/1',
    'sotto/mailbox/mobium/1',
  ]
  for (const one of all) {
    expect(all.filter((other) => other.startsWith(one))).toEqual([one])
  }
})
