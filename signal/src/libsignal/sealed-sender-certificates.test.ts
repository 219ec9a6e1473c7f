import { describe, expect, test } from 'vitest'
import { libsignal, presence } from '#libsignal/oracle-for-tests.ts'
import { copy } from '#libsignal/oracle-stores-for-tests.ts'
import {
  issueSenderCertificate,
  parseSenderCertificate,
} from '#sealed-sender/sender-certificate.ts'
import {
  alice,
  aliceCertificate,
  aliceName,
  bob,
  random,
  server,
  serverCertificate,
  trustRoot,
} from '#sealed-sender/senders-for-tests.ts'
import { parseServerCertificate } from '#sealed-sender/server-certificate.ts'
import { isValidSenderCertificate } from '#sealed-sender/validate-certificate.ts'
import { codeOf, nowMillis, primitives } from '#session/parties-for-tests.ts'
import { oracle, privateKey, publicKey } from '#libsignal/sealed-for-tests.ts'

describe.skipIf(libsignal === undefined)(`certificates with libsignal${presence}`, () => {
  const theirServer = (): ReturnType<typeof oracle.ServerCertificate.deserialize> =>
    oracle.ServerCertificate.new(7, publicKey(server.publicKey), privateKey(trustRoot))

  test('are the same bytes, but for signatures', () => {
    const theirs = theirServer()
    expect(parseServerCertificate(theirs.serialize()).certificate).toEqual(
      serverCertificate.certificate,
    )
    for (const phoneNumber of [undefined, '+14151111111']) {
      const sender = {
        name: aliceName,
        phoneNumber,
        deviceId: 9,
        identityKey: alice.publicKey,
        expiresAtMillis: nowMillis,
      }
      const signer = parseServerCertificate(theirs.serialize())
      const ours = issueSenderCertificate(
        primitives,
        sender,
        { signer: { kind: 'embedded', certificate: signer }, privateKey: server.privateKey },
        random,
      )
      const expected = oracle.SenderCertificate.new(
        aliceName,
        phoneNumber ?? null,
        9,
        publicKey(alice.publicKey),
        nowMillis,
        theirs,
        privateKey(server),
      )
      expect(ours.certificate).toEqual(expected.certificate())
      const parsed = parseSenderCertificate(expected.serialize())
      expect({ ...parsed, signature: 0, serialized: 0 }).toEqual({
        ...ours,
        signature: 0,
        serialized: 0,
      })
    }
  })

  test('are valid at the same times and under the same roots, whoever issued them', () => {
    const theirs = oracle.SenderCertificate.new(
      aliceName,
      null,
      1,
      publicKey(alice.publicKey),
      nowMillis,
      theirServer(),
      privateKey(server),
    )
    const revoked = oracle.SenderCertificate.new(
      aliceName,
      null,
      1,
      publicKey(alice.publicKey),
      nowMillis,
      oracle.ServerCertificate.new(0xdead_c357, publicKey(server.publicKey), privateKey(trustRoot)),
      privateKey(server),
    )
    const all = [theirs.serialize(), revoked.serialize(), copy(aliceCertificate.serialized)]
    const rootSets = [
      [],
      [trustRoot.publicKey],
      [bob.publicKey],
      [bob.publicKey, trustRoot.publicKey],
      [trustRoot.publicKey, bob.publicKey],
    ]
    let validCount = 0
    for (const bytes of all) {
      for (const trustRoots of rootSets) {
        for (const now of [0, nowMillis - 1, nowMillis, nowMillis + 1]) {
          const ours = parseSenderCertificate(bytes)
          const isValid = isValidSenderCertificate(primitives, ours, { trustRoots }, now)
          const isValidThere = oracle.SenderCertificate.deserialize(bytes).validateWithTrustRoots(
            trustRoots.map(publicKey),
            now,
          )
          expect(isValid).toBe(isValidThere)
          if (isValid) validCount++
        }
      }
    }
    expect(validCount).toBe(2 * 3 * 3)
  })

  test('by id and by raw UUID are read there as here', () => {
    for (const nameAs of ['text', 'uuid'] as const) {
      for (const keyId of [2, 9]) {
        const ours = issueSenderCertificate(
          primitives,
          {
            name: aliceName,
            deviceId: 127,
            identityKey: alice.publicKey,
            expiresAtMillis: nowMillis,
          },
          { signer: { kind: 'known', keyId }, privateKey: server.privateKey, nameAs },
          random,
        )
        const theirs = oracle.SenderCertificate.deserialize(copy(ours.serialized))
        expect(theirs.senderUuid()).toBe(aliceName)
        expect(theirs.senderDeviceId()).toBe(127)
        expect(theirs.expiration()).toBe(nowMillis)
      }
    }
  })

  test('are refused there as here with any bit changed', () => {
    const { serialized } = aliceCertificate
    for (let i = 0; i < serialized.length; i++) {
      for (const bit of [1, 2, 4, 8, 16, 32, 64, 128]) {
        const changed = copy(serialized)
        changed[i] = (changed[i] as number) ^ bit
        const ours = codeOf(() => parseSenderCertificate(changed)) === 'nothing'
        let isRead = true
        try {
          oracle.SenderCertificate.deserialize(changed)
        } catch {
          isRead = false
        }
        expect([i, bit, ours]).toEqual([i, bit, isRead])
      }
    }
  })
})
