import type { Primitives } from '@sotto/primitives'
import { noblePrimitives } from '@sotto/primitives/provider/noble'
import { describe, expect, test } from 'vitest'
import { type CurveKeyPair, curveKeyPairOf } from '#keys/curve-key-pair.ts'
import { parseCurveKey, parseKyber } from '#keys/serialized-key.ts'
import { protocolAddress } from '#messages/service-address.ts'
import type { OwnPrekeys } from '#pqxdh/accept-session.ts'
import { decrypt, noPrekeys } from '#session/decrypt.ts'
import { encrypt } from '#session/encrypt.ts'
import {
  fromHex,
  nowMillis,
  primitives,
  recordedRandomness,
  toHex,
} from '#session/parties-for-tests.ts'
import type { CiphertextMessage, LocalDevice } from '#session/parties.ts'
import { processBundle } from '#session/process-bundle.ts'
import { readRecord, writeRecord } from '#session/record-format.ts'
import type { SessionRecord } from '#session/session-record.ts'
import {
  type RecordedInitiator,
  type RecordedResponder,
  recordedConversations,
} from '#session/vectors-for-tests.ts'

function keyPair(provider: Primitives, privateKey: string): CurveKeyPair {
  return curveKeyPairOf(provider, fromHex(privateKey))
}

function ownPrekeys(provider: Primitives, recorded: RecordedResponder): OwnPrekeys {
  const { oneTimePreKey, signedPreKey, kyberPreKey } = recorded
  const unused = { signature: new Uint8Array(64), createdAtMillis: 0 }
  return {
    oneTime: { id: oneTimePreKey.id, keyPair: keyPair(provider, oneTimePreKey.priv) },
    signed: { id: signedPreKey.id, keyPair: keyPair(provider, signedPreKey.priv), ...unused },
    kyber: {
      id: kyberPreKey.id,
      keyPair: provider.mlKem1024.keyPair(fromHex(kyberPreKey.seed_d_z_mlkem)),
      isLastResort: false,
      ...unused,
    },
  }
}

function bundle({ bundle: recorded, theirIdentity }: RecordedInitiator) {
  return {
    registrationId: recorded.reg,
    deviceId: 1,
    identityKey: parseCurveKey(fromHex(theirIdentity)),
    oneTimePrekey: { id: recorded.pkId, publicKey: fromHex(recorded.pkPub) },
    signedPrekey: {
      id: recorded.spkId,
      publicKey: fromHex(recorded.spkPub),
      signature: fromHex(recorded.spkSig),
    },
    kyberPrekey: {
      id: recorded.kpkId,
      publicKey: parseKyber(fromHex(recorded.kpkPub)),
      signature: fromHex(recorded.kpkSig),
    },
  }
}

function local(provider: Primitives, recorded: RecordedResponder | RecordedInitiator): LocalDevice {
  const { ourAddress, ourIdentityPriv, ourRegistrationId } = recorded
  return {
    address: protocolAddress(ourAddress.name, ourAddress.device),
    identity: keyPair(provider, ourIdentityPriv),
    registrationId: ourRegistrationId,
  }
}

/** Goes through all steps; each must give what was recorded and draw what was drawn. */
function replay(
  provider: Primitives,
  recorded: RecordedResponder | RecordedInitiator,
  between: (record: SessionRecord) => SessionRecord,
): void {
  const us = local(provider, recorded)
  const remote = protocolAddress(recorded.theirAddress.name, recorded.theirAddress.device)
  let record: SessionRecord | undefined
  let prekeys = recorded.role === 'responder' ? ownPrekeys(provider, recorded) : noPrekeys
  for (const step of recorded.steps) {
    const random = recordedRandomness(step.rand)
    if (step.kind === 'processBundle') {
      if (recorded.role !== 'initiator') throw new Error('Cannot replay: there is no bundle')
      const input = { local: us, remote, bundle: bundle(recorded), record, nowMillis }
      record = processBundle(provider, input, random).record
    } else if (step.kind === 'out') {
      const plaintext = fromHex(step.plaintext)
      const input = { local: us.address, remote, record, plaintext, nowMillis }
      const sent = encrypt(provider, input, random)
      expect(toHex(sent.message.bytes)).toBe(step.bytes)
      expect(sent.message.type).toBe(typeOf(step.type))
      record = sent.record
    } else {
      const message = { type: typeOf(step.type), bytes: fromHex(step.bytes) }
      const read = decrypt(provider, { local: us, remote, record, message, prekeys }, random)
      expect(toHex(read.plaintext)).toBe(step.plaintext)
      if (read.used !== undefined) prekeys = noPrekeys
      record = read.record
    }
    expect(random.left()).toBe(0)
    record = between(record)
  }
}

function typeOf(type: number): CiphertextMessage['type'] {
  return Number(type) === 3 ? 'prekey' : 'whisper'
}

const providers = [primitives, noblePrimitives]

describe.each(recordedConversations())('a conversation with libsignal as $role', (recorded) => {
  test.each(providers)('is told again byte for byte by $name', (provider) => {
    replay(provider, recorded, (record) => record)
  })

  test.each(providers)(
    'is told again by $name when every step is stored and loaded',
    (provider) => {
      replay(provider, recorded, (record) => readRecord(writeRecord(record)))
    },
  )
})
