/**
 * @module What is measured, by our package. Each case is one operation that can be repeated for ever. Sessions and sender
 * keys are read from bytes and written to bytes every time, as a store that lasts would have it.
 *
 * | case | one operation |
 * |---|---|
 * | one-way | encrypt and decrypt 1 KB, always in the same direction |
 * | ping-pong | the same, in turns: a Diffie-Hellman step every time |
 * | set-up | process a bundle, encrypt the first message, decrypt it |
 * | group encrypt, group decrypt | a sender-key message of 1 KB |
 * | seal, unseal | sealed sender version 1; unsealing validates the certificate |
 */
import {
  acceptSenderKey,
  curveKeyPairOf,
  decryptGroupMessage,
  distributeSenderKey,
  encryptGroupMessage,
  generateCurveKeyPair,
  generateKyberPrekey,
  generateOneTimePrekeys,
  generateSignedPrekey,
  isValidSenderCertificate,
  issueSenderCertificate,
  issueServerCertificate,
  parseSenderKeyDistributionMessage,
  parseSenderKeyMessage,
  readSenderKeyRecord,
  sealForDevice,
  Sessions,
  unsealMessage,
  writeSealedContent,
  writeSenderKeyRecord,
  type PrekeyBundle,
  type ProtocolAddress,
  type SessionStore,
} from '@sotto/signal'
import type { Primitives } from '@sotto/primitives'

export const caseNames = [
  'one-way',
  'ping-pong',
  'set-up',
  'group encrypt',
  'group decrypt',
  'seal',
  'unseal',
] as const
export type CaseName = (typeof caseNames)[number]

export type Operation = () => Promise<void>
export type Cases = Readonly<Record<CaseName, () => Promise<Operation>>>

export const plaintext = new Uint8Array(1024).fill(0x61)
export const names = {
  alice: '9d0652a3-dcc3-4d11-975f-74d61598733f',
  bob: '6838237d-02f6-4098-b110-698253d15961',
}
export const distributionId = 'd1d1d1d1-7000-11eb-b32a-33b8a8a487a6'

const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))
const now = (): number => Date.now()

export function sottoCases(primitives: Primitives): Cases {
  return {
    'one-way': async () => {
      const [alice, bob] = await acquainted()
      return () => tell(alice, bob)
    },
    'ping-pong': async () => {
      let [speaker, listener] = await acquainted()
      return async () => {
        await tell(speaker, listener)
        ;[speaker, listener] = [listener, speaker]
      }
    },
    'set-up': async () => {
      const [alice, bob] = [device(names.alice), device(names.bob)]
      return async () => {
        alice.records.clear()
        bob.records.clear()
        await alice.sessions.processBundle(bob.address, bob.bundle)
        await tell(alice, bob)
      }
    },
    'group encrypt': async () => {
      const sender = groupSender()
      return async () => void sender()
    },
    'group decrypt': async () => {
      const sender = groupSender()
      let record = writeSenderKeyRecord(
        acceptSenderKey(undefined, parseSenderKeyDistributionMessage(sender.announcement)).record,
      )
      return prepared(sender, (message) => {
        const step = decryptGroupMessage(
          primitives,
          readSenderKeyRecord(record),
          parseSenderKeyMessage(message),
        )
        record = writeSenderKeyRecord(step.record)
      })
    },
    seal: async () => {
      const { seal } = sealing()
      return async () => void seal()
    },
    unseal: async () => {
      const { seal, open } = sealing()
      return prepared(seal, open)
    },
  }

  function device(name: string) {
    const identity = generateCurveKeyPair(primitives, random)
    const address: ProtocolAddress = { name, deviceId: 1 }
    const signed = generateSignedPrekey(primitives, identity, 1, now(), random)
    const kyber = generateKyberPrekey(
      primitives,
      identity,
      { id: 2, nowMillis: now(), isLastResort: false },
      random,
    )
    const [oneTime] = generateOneTimePrekeys(primitives, 3, 1, random)
    if (oneTime === undefined) throw new Error('Cannot make device: there is no one-time prekey')
    const records = new Map<string, Uint8Array>()
    const store: SessionStore = {
      loadRecord: async (remote) => records.get(remote.name),
      loadSignedPrekey: async () => signed,
      loadKyberPrekey: async () => kyber,
      // Never used up: the same bundle is processed again and again.
      loadOneTimePrekey: async () => oneTime,
      isTrustedIdentity: async () => true,
      commit: async ({ address: remote, record }) => {
        records.set(remote.name, record)
        return 'committed'
      },
    }
    const local = { address, identity, registrationId: 1 }
    const bundle: PrekeyBundle = {
      registrationId: 1,
      deviceId: 1,
      identityKey: identity.publicKey,
      signedPrekey: { id: 1, publicKey: signed.keyPair.publicKey, signature: signed.signature },
      kyberPrekey: { id: 2, publicKey: kyber.keyPair.publicKey, signature: kyber.signature },
      oneTimePrekey: { id: 3, publicKey: oneTime.keyPair.publicKey },
    }
    const sessions = new Sessions({ primitives, store, local, random, now })
    return { address, identity, records, bundle, sessions }
  }

  type Device = ReturnType<typeof device>

  async function acquainted(): Promise<[Device, Device]> {
    const [alice, bob] = [device(names.alice), device(names.bob)]
    await alice.sessions.processBundle(bob.address, bob.bundle)
    await tell(alice, bob)
    await tell(bob, alice)
    return [alice, bob]
  }

  async function tell(from: Device, to: Device): Promise<void> {
    const message = await from.sessions.encrypt(to.address, plaintext)
    const read = await to.sessions.decrypt(from.address, message)
    if (read.length !== plaintext.length) throw new Error('Cannot go on: it was not what was sent')
  }

  function groupSender() {
    const first = distributeSenderKey(primitives, { record: undefined, distributionId }, random)
    let record = writeSenderKeyRecord(first.record)
    const send = (): Uint8Array => {
      const input = { record: readSenderKeyRecord(record), distributionId, plaintext }
      const step = encryptGroupMessage(primitives, input, random)
      record = writeSenderKeyRecord(step.record)
      return step.message
    }
    return Object.assign(send, { announcement: first.message })
  }

  function sealing() {
    const [alice, bob, root, server] = Array.from({ length: 4 }, () =>
      generateCurveKeyPair(primitives, random),
    ) as [Pair, Pair, Pair, Pair]
    const serverCertificate = issueServerCertificate(
      primitives,
      { keyId: 1, key: server.publicKey },
      root.privateKey,
      random,
    )
    const certificate = issueSenderCertificate(
      primitives,
      {
        name: names.alice,
        deviceId: 1,
        phoneNumber: undefined,
        identityKey: alice.publicKey,
        expiresAtMillis: now() + 86_400_000,
      },
      {
        signer: { kind: 'embedded', certificate: serverCertificate },
        privateKey: server.privateKey,
      },
      random,
    )
    const trust = { trustRoots: [root.publicKey] }
    const content = { type: 'whisper', certificate, message: plaintext, contentHint: 0 } as const
    return {
      seal: () =>
        sealForDevice(
          primitives,
          {
            sender: alice,
            recipientIdentityKey: bob.publicKey,
            content: writeSealedContent(content),
          },
          random,
        ),
      open: (sealed: Uint8Array) => {
        const opened = unsealMessage(primitives, bob, sealed)
        if (isValidSenderCertificate(primitives, opened.certificate, trust, now())) return
        throw new Error('Cannot go on: the certificate is not valid')
      },
    }
  }
}

type Pair = ReturnType<typeof curveKeyPairOf>

/** How many inputs are made at a time for an operation that consumes one. */
const batch = 64

/** An operation that consumes what `make` makes. The making is not measured: see `withoutPreparation`. */
export function prepared(make: () => Uint8Array, use: (made: Uint8Array) => void): Operation {
  const operation = preparedAsync(
    async () => make(),
    async (made) => use(made),
  )
  return operation
}

const preparations = new WeakMap<Operation, () => Promise<void>>()

export function preparedAsync<T>(
  make: () => Promise<T>,
  use: (made: T) => Promise<void>,
): Operation {
  const waiting: T[] = []
  const operation = async (): Promise<void> => {
    const next = waiting.shift()
    if (next === undefined) throw new Error('Cannot go on: nothing was prepared')
    await use(next)
  }
  preparations.set(operation, async () => {
    while (waiting.length < batch) waiting.push(await make())
  })
  return operation
}

/** Seconds that `repeat` operations took, without those of their preparation. */
export async function time(operation: Operation, repeat: number): Promise<number> {
  const prepare = preparations.get(operation)
  let seconds = 0
  for (let done = 0; done < repeat;) {
    await prepare?.()
    const count = Math.min(batch, repeat - done)
    const started = performance.now()
    for (let i = 0; i < count; i++) await operation()
    seconds += (performance.now() - started) / 1000
    done += count
  }
  return seconds
}
