import { describe, expect, test } from 'vitest'
import { watched } from '#erasure-for-tests.ts'
import { parseServiceId } from '#messages/service-address.ts'
import { sealForMany, type SealedRecipient } from '#sealed-sender/seal-for-many.ts'
import { writeSealedContent } from '#sealed-sender/sealed-content.ts'
import {
  alice,
  bob,
  bobName,
  carol,
  carolName,
  contentOf,
  random,
} from '#sealed-sender/senders-for-tests.ts'
import { receivedMessage, splitForRecipients } from '#sealed-sender/split-for-recipients.ts'
import { unsealMessage } from '#sealed-sender/unseal.ts'
import { sealForDevice } from '#sealed-sender/version-1.ts'
import { flipped, primitives, toHex } from '#session/parties-for-tests.ts'

const content = writeSealedContent(contentOf('hello'))

function recipient(name: string, identityKey: Uint8Array): SealedRecipient {
  const serviceId = parseServiceId(name)
  if (serviceId === undefined) throw new Error(`Cannot read service id: ${name}`)
  return { serviceId, identityKey, devices: [{ deviceId: 1, registrationId: 1 }] }
}

const recipients = [recipient(bobName, bob.publicKey), recipient(carolName, carol.publicKey)]

describe('of a message for one device', () => {
  /** 20 of the label and two keys of 33. */
  const publicSalt = 'salt of 86'

  test('the sealing erases all but the sender key', () => {
    const watch = watched(primitives)
    const input = { sender: alice, recipientIdentityKey: bob.publicKey, content }
    sealForDevice(watch.primitives, input, random)
    expect(watch.seen()).toBeGreaterThan(4)
    expect(watch.left((bytes) => bytes === alice.privateKey)).toEqual([publicSalt])
  })

  test('the opening erases all but the recipient key', () => {
    const input = { sender: alice, recipientIdentityKey: bob.publicKey, content }
    const bytes = sealForDevice(primitives, input, random)
    const watch = watched(primitives)
    unsealMessage(watch.primitives, bob, bytes)
    expect(watch.seen()).toBeGreaterThan(4)
    expect(watch.left((bytes) => bytes === bob.privateKey)).toEqual([publicSalt])
  })
})

describe('of a message for many', () => {
  test('the sealing erases all but the sender key and what it sends', () => {
    const draws: Uint8Array[] = []
    const draw = (length: number): Uint8Array => {
      const bytes = random(length)
      draws.push(bytes)
      return bytes
    }
    const watch = watched(primitives)
    const input = { sender: alice, recipients, content }
    const sent = toHex(sealForMany(watch.primitives, input, draw))
    expect(watch.seen()).toBeGreaterThan(4)
    expect(
      watch.left((bytes) => bytes === alice.privateKey || sent.includes(toHex(bytes))),
    ).toEqual([])
    expect(draws).toEqual([new Uint8Array(32)])
  })

  test.each([
    ['', (bytes: Uint8Array) => bytes],
    [' of one that is refused', (bytes: Uint8Array) => flipped(bytes, bytes.length - 1)],
  ])('the opening%s erases all but the recipient key and what came', (_, change) => {
    const sent = sealForMany(primitives, { sender: alice, recipients, content }, random)
    const split = splitForRecipients(sent)
    const [first] = split.recipients
    if (first === undefined) throw new Error('Cannot receive: nobody is there')
    const received = change(receivedMessage(split, first))
    const watch = watched(primitives)
    try {
      unsealMessage(watch.primitives, bob, received)
    } catch {}
    expect(watch.seen()).toBeGreaterThan(4)
    expect(
      watch.left((bytes) => bytes === bob.privateKey || toHex(received).includes(toHex(bytes))),
    ).toEqual([])
  })
})
