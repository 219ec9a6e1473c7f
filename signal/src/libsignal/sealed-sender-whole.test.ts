import { describe, expect, test } from 'vitest'
import { parseCurveKey, parseKyber } from '#keys/serialized-key.ts'
import { libsignal, presence } from '#libsignal/oracle-for-tests.ts'
import {
  copy,
  oraclePrekeys,
  oracleStores,
  outcomeOf,
  startOracleSession,
} from '#libsignal/oracle-stores-for-tests.ts'
import { decryptSealedMessage, openSealedMessage } from '#sealed-sender/decrypt-sealed.ts'
import { writeSealedContent, type SealedContent } from '#sealed-sender/sealed-content.ts'
import {
  alice,
  aliceCertificate,
  aliceName,
  bob,
  bobName,
  carol,
  contentOf,
  random,
  trust,
  trustRoot,
} from '#sealed-sender/senders-for-tests.ts'
import { sealForDevice } from '#sealed-sender/version-1.ts'
import { encrypt } from '#session/encrypt.ts'
import { codeOf, nowMillis, primitives } from '#session/parties-for-tests.ts'
import { processBundle } from '#session/process-bundle.ts'
import { oracle, privateKey, publicKey } from '#libsignal/sealed-for-tests.ts'

describe.skipIf(libsignal === undefined)(`whole messages with libsignal${presence}`, () => {
  test('of a session there are opened here, down to the message for the session', async () => {
    const stores = oracleStores(oracle, privateKey(alice))
    const local = oracle.ProtocolAddress.new(aliceName, 1)
    const address = oracle.ProtocolAddress.new(bobName, 1)
    const remote = { address, identity: privateKey(bob), registrationId: 5 }
    await startOracleSession(oracle, stores, local, remote)
    const certificate = oracle.SenderCertificate.deserialize(copy(aliceCertificate.serialized))
    const bytes = await oracle.sealedSenderEncryptMessage(
      copy(Buffer.from('hello')),
      address,
      certificate,
      stores.sessions,
      stores.identities,
    )
    const opened = openSealedMessage(primitives, {
      bytes,
      local: { address: { name: bobName, deviceId: 1 }, identity: bob },
      trust,
      nowMillis,
    })
    expect(opened.address).toEqual({ name: aliceName, deviceId: 1 })
    expect(opened.content.type).toBe('prekey')
    const inner = oracle.PreKeySignalMessage.deserialize(copy(opened.content.message))
    expect(inner.signedPreKeyId()).toBe(1)
    expect(parseCurveKey(privateKey(alice).getPublicKey().serialize())).toEqual(alice.publicKey)
  })

  test('of a session here are decrypted there', async () => {
    const identity = privateKey(bob)
    const stores = oracleStores(oracle, identity)
    const prekeys = await oraclePrekeys(oracle, identity)
    const signed = await prekeys.signed.getSignedPreKey(22)
    const kyber = await prekeys.kyber.getKyberPreKey(33)
    const oneTime = await prekeys.oneTime.getPreKey(11)
    const local = { name: aliceName, deviceId: 1 }
    const remote = { name: bobName, deviceId: 1 }
    const bundle = {
      registrationId: 1,
      deviceId: 1,
      identityKey: bob.publicKey,
      signedPrekey: {
        id: 22,
        publicKey: parseCurveKey(signed.publicKey().serialize()),
        signature: signed.signature(),
      },
      kyberPrekey: {
        id: 33,
        publicKey: parseKyber(kyber.publicKey().serialize()),
        signature: kyber.signature(),
      },
      oneTimePrekey: { id: 11, publicKey: parseCurveKey(oneTime.publicKey().serialize()) },
    }
    const device = { address: local, identity: alice, registrationId: 7 }
    const start = { local: device, remote, bundle, record: undefined, nowMillis }
    const { record } = processBundle(primitives, start, random)
    const plaintext = new TextEncoder().encode('hello')
    const sent = encrypt(primitives, { local, remote, record, plaintext, nowMillis }, random)
    const content = contentOf('', { type: sent.message.type, message: sent.message.bytes })
    const sealed = sealForDevice(
      primitives,
      {
        sender: alice,
        recipientIdentityKey: bob.publicKey,
        content: writeSealedContent(content),
      },
      random,
    )
    const opened = await oracle.sealedSenderDecryptMessage(
      copy(sealed),
      publicKey(trustRoot.publicKey),
      nowMillis,
      null,
      bobName,
      1,
      stores.sessions,
      stores.identities,
      prekeys.oneTime,
      prekeys.signed,
      prekeys.kyber,
    )
    expect(Buffer.from(opened.message()).toString()).toBe('hello')
    expect(opened.senderUuid()).toBe(aliceName)
    expect(opened.senderE164()).toBe('+14151111111')
    expect(opened.deviceId()).toBe(1)
  })

  test('are refused for the same reasons', async () => {
    const stores = oracleStores(oracle, privateKey(bob))
    const prekeys = await oraclePrekeys(oracle, privateKey(bob))
    const seal = (content: SealedContent): Uint8Array =>
      sealForDevice(
        primitives,
        {
          sender: alice,
          recipientIdentityKey: bob.publicKey,
          content: writeSealedContent(content),
        },
        random,
      )
    const whisper = seal(contentOf('no message of a session'))
    const group = seal(contentOf('x', { type: 'sender-key' }))
    const number = aliceCertificate.phoneNumber ?? ''
    const cases = [
      ['self-send', whisper, aliceName, undefined, 1, nowMillis, trustRoot],
      ['self-send', group, aliceName, undefined, 1, nowMillis, trustRoot],
      ['self-send', whisper, bobName, number, 1, nowMillis, trustRoot],
      ['inner', whisper, aliceName, undefined, 2, nowMillis, trustRoot],
      ['inner', whisper, aliceName.toUpperCase(), undefined, 1, nowMillis, trustRoot],
      ['inner', whisper, bobName, '+1', 1, nowMillis, trustRoot],
      ['invalid-certificate', whisper, aliceName, undefined, 1, nowMillis + 1, trustRoot],
      ['invalid-certificate', whisper, bobName, undefined, 1, nowMillis, carol],
      ['invalid-message', group, bobName, undefined, 1, nowMillis, trustRoot],
    ] as const
    const patterns = [
      [/self send/u, 'self-send'],
      [/trust root|certificate|expired/u, 'invalid-certificate'],
      [/unexpected/iu, 'invalid-message'],
    ] as const
    for (const [expected, bytes, name, phoneNumber, deviceId, now, root] of cases) {
      const ours = codeOf(() =>
        decryptSealedMessage(
          primitives,
          {
            bytes,
            local: { address: { name, deviceId }, phoneNumber, identity: bob },
            trust: { trustRoots: [root.publicKey] },
            nowMillis: now,
          },
          () => undefined,
        ),
      )
      expect(ours === 'nothing' ? 'inner' : ours).toBe(expected)
      const text = await outcomeOf(() =>
        oracle.sealedSenderDecryptMessage(
          copy(bytes),
          publicKey(root.publicKey),
          now,
          phoneNumber ?? null,
          name,
          deviceId,
          stores.sessions,
          stores.identities,
          prekeys.oneTime,
          prekeys.signed,
          prekeys.kyber,
        ),
      )
      const theirs = patterns.find(([pattern]) => pattern.test(text))?.[1] ?? 'inner'
      expect([text, theirs]).toEqual([text, expected])
    }
  })
})
