import { describe, expect, test } from 'vitest'
import { libsignal, presence } from '#libsignal/oracle-for-tests.ts'
import {
  copy,
  oracleStores,
  outcomeOf,
  startOracleSession,
} from '#libsignal/oracle-stores-for-tests.ts'
import { formatServiceId, parseServiceId, type ServiceId } from '#messages/service-address.ts'
import {
  parseSealedContent,
  writeSealedContent,
  type SealedContent,
} from '#sealed-sender/sealed-content.ts'
import { sealForMany } from '#sealed-sender/seal-for-many.ts'
import {
  alice,
  aliceName,
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
import { codeOf, fromHex, primitives } from '#session/parties-for-tests.ts'
import {
  oracle,
  privateKey,
  publicKey,
  contentThere,
  oracleContent,
  hintsAndGroups,
} from '#libsignal/sealed-for-tests.ts'

function serviceId(name: string): ServiceId {
  const id = parseServiceId(name)
  if (id === undefined) throw new Error(`Cannot read service id: ${name}`)
  return id
}

describe.skipIf(libsignal === undefined)(`sealed content with libsignal${presence}`, () => {
  test('is the same bytes', () => {
    for (const [hint, group] of hintsAndGroups) {
      const theirs = oracleContent(hint, group)
      const ours = parseSealedContent(theirs.serialize())
      expect(ours).toEqual(contentThere(theirs))
      expect(writeSealedContent(ours)).toEqual(theirs.serialize())
    }
  })
})

describe.skipIf(libsignal === undefined)(
  `messages sealed for one, with libsignal${presence}`,
  () => {
    const bobAddress = (): ReturnType<typeof oracle.ProtocolAddress.new> =>
      oracle.ProtocolAddress.new(bobName, 1)

    test('are opened here when sealed there', async () => {
      const stores = oracleStores(oracle, privateKey(alice))
      await stores.identities.saveIdentity(bobAddress(), publicKey(bob.publicKey))
      for (const [hint, group] of hintsAndGroups) {
        const content = oracleContent(hint, group)
        const sealed = await oracle.sealedSenderEncrypt(content, bobAddress(), stores.identities)
        expect(unsealMessage(primitives, bob, sealed)).toEqual(contentThere(content))
      }
    })

    test('are opened there when sealed here', async () => {
      const stores = oracleStores(oracle, privateKey(bob))
      for (const type of ['prekey', 'whisper', 'sender-key', 'plaintext'] as const) {
        const content = contentOf('hello', { type, contentHint: 1, groupId: fromHex('0a0b') })
        const sealed = sealForDevice(
          primitives,
          {
            sender: alice,
            recipientIdentityKey: bob.publicKey,
            content: writeSealedContent(content),
          },
          random,
        )
        const opened = await oracle.sealedSenderDecryptToUsmc(copy(sealed), stores.identities)
        expect(contentThere(opened)).toEqual(content)
      }
    })

    test('are refused there as here with any byte changed', async () => {
      const stores = oracleStores(oracle, privateKey(bob))
      const sealed = sealForDevice(
        primitives,
        {
          sender: alice,
          recipientIdentityKey: bob.publicKey,
          content: writeSealedContent(contentOf('hello')),
        },
        random,
      )
      for (let i = 0; i < sealed.length; i++) {
        const changed = copy(sealed)
        changed[i] = (changed[i] as number) ^ (i % 2 === 0 ? 0x01 : 0x80)
        const ours = codeOf(() => unsealMessage(primitives, bob, changed)) === 'nothing'
        const theirs = await outcomeOf(() =>
          oracle.sealedSenderDecryptToUsmc(changed, stores.identities),
        )
        expect([i, ours]).toEqual([i, theirs === 'done'])
      }
    })
  },
)

describe.skipIf(libsignal === undefined)(
  `messages sealed for many, with libsignal${presence}`,
  () => {
    const left = '11111111-1111-1111-1111-111111111111'
    const people = [
      { name: bobName, pair: bob, devices: [1, 127], registrationIds: [0, 0x3fff] },
      { name: `PNI:${carolName}`, pair: carol, devices: [3], registrationIds: [300] },
    ] as const

    test('are split and opened here when sealed there', async () => {
      const stores = oracleStores(oracle, privateKey(alice))
      const local = oracle.ProtocolAddress.new(aliceName, 1)
      const recipients: ReturnType<typeof oracle.ProtocolAddress.new>[] = []
      for (const { name, pair, devices, registrationIds } of people) {
        for (const [index, deviceId] of devices.entries()) {
          const address = oracle.ProtocolAddress.new(name, deviceId)
          recipients.push(address)
          await startOracleSession(oracle, stores, local, {
            address,
            identity: privateKey(pair),
            registrationId: registrationIds[index] ?? 0,
          })
        }
      }
      // In order, and with one person's devices apart.
      const [first, second, third] = recipients
      if (first === undefined || second === undefined || third === undefined) {
        throw new Error('Cannot seal: there are three devices')
      }
      for (const order of [recipients, [first, third, second]]) {
        for (const [hint, group] of hintsAndGroups) {
          const content = oracleContent(hint, group)
          const sent = await oracle.sealedSenderMultiRecipientEncrypt({
            content,
            recipients: order,
            excludedRecipients: [oracle.ServiceId.parseFromServiceIdString(left)],
            identityStore: stores.identities,
            sessionStore: stores.sessions,
          })
          const split = splitForRecipients(sent)
          expect(split.excluded.map(formatServiceId)).toEqual([left])
          expect(split.recipients.map((one) => formatServiceId(one.serviceId))).toEqual(
            people.map((one) => one.name),
          )
          for (const [index, { pair, devices, registrationIds }] of people.entries()) {
            const recipient = split.recipients[index]
            if (recipient === undefined) throw new Error('Cannot open: a recipient is missing')
            expect(recipient.devices).toEqual(
              devices.map((deviceId, i) => ({ deviceId, registrationId: registrationIds[i] })),
            )
            const received = receivedMessage(split, recipient)
            expect(unsealMessage(primitives, pair, received)).toEqual(contentThere(content))
          }
        }
      }
    })

    function sealHere(content: SealedContent, only?: string): Uint8Array {
      return sealForMany(
        primitives,
        {
          sender: alice,
          recipients: people
            .filter(({ name }) => only === undefined || only === name)
            .map(({ name, pair, devices, registrationIds }) => ({
              serviceId: serviceId(name),
              identityKey: pair.publicKey,
              devices: devices.map((deviceId, i) => ({
                deviceId,
                registrationId: registrationIds[i] ?? 0,
              })),
            })),
          excluded: only === undefined ? [serviceId(left)] : [],
          content: writeSealedContent(content),
        },
        random,
      )
    }

    test('are opened there when sealed and split here', async () => {
      const content = contentOf('to many', {
        type: 'sender-key',
        contentHint: 1,
        groupId: fromHex('0a0b'),
      })
      const split = splitForRecipients(sealHere(content))
      for (const [index, { pair }] of people.entries()) {
        const recipient = split.recipients[index]
        if (recipient === undefined) throw new Error('Cannot open: a recipient is missing')
        const stores = oracleStores(oracle, privateKey(pair))
        const received = copy(receivedMessage(split, recipient))
        const opened = await oracle.sealedSenderDecryptToUsmc(received, stores.identities)
        expect(contentThere(opened)).toEqual(content)
      }
    })

    test('are split there as here', () => {
      const sent = sealHere(contentOf('x'), `PNI:${carolName}`)
      const split = splitForRecipients(sent)
      const [recipient] = split.recipients
      if (recipient === undefined) throw new Error('Cannot split: a recipient is missing')
      const theirs = oracle.sealedSenderMultiRecipientMessageForSingleRecipient(copy(sent))
      expect(receivedMessage(split, recipient)).toEqual(theirs)
    })

    test('are split there as here with any bit changed and cut anywhere', () => {
      const sent = sealHere(contentOf('x'), `PNI:${carolName}`)
      const head = 2 + 17 + 3 + 48 + 32
      const here = (bytes: Uint8Array): Uint8Array | 'refused' => {
        let received: Uint8Array | undefined
        codeOf(() => {
          const split = splitForRecipients(bytes)
          const [only] = split.recipients
          const isOne = only !== undefined && split.recipients.length === 1
          received = isOne ? receivedMessage(split, only) : undefined
        })
        return received ?? 'refused'
      }
      const there = (bytes: Uint8Array): Uint8Array | 'refused' => {
        try {
          return oracle.sealedSenderMultiRecipientMessageForSingleRecipient(copy(bytes))
        } catch {
          return 'refused'
        }
      }
      for (let i = 0; i < head; i++) {
        expect(here(sent.subarray(0, i))).toEqual(there(sent.subarray(0, i)))
        for (let bit = 1; bit < 256; bit *= 2) {
          const changed = Uint8Array.from(sent)
          changed[i] = (changed[i] as number) ^ bit
          // A count of two bytes where one would do is read there, and then not as it was written.
          if (i === 1 && bit === 0x80) continue
          expect(here(changed)).toEqual(there(changed))
        }
      }
    })

    test('are refused there as here with any byte changed once received', async () => {
      const stores = oracleStores(oracle, privateKey(carol))
      const split = splitForRecipients(sealHere(contentOf('x'), `PNI:${carolName}`))
      const [recipient] = split.recipients
      if (recipient === undefined) throw new Error('Cannot open: a recipient is missing')
      const received = receivedMessage(split, recipient)
      for (let i = 0; i < received.length; i++) {
        const changed = copy(received)
        changed[i] = (changed[i] as number) ^ (i % 2 === 0 ? 0x01 : 0x80)
        const ours = codeOf(() => unsealMessage(primitives, carol, changed)) === 'nothing'
        const theirs = await outcomeOf(() =>
          oracle.sealedSenderDecryptToUsmc(changed, stores.identities),
        )
        expect([i, ours]).toEqual([i, theirs === 'done'])
      }
    })
  },
)
