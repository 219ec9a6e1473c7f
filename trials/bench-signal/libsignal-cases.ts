/**
 * @module The same cases by libsignal-client, over stores that keep bytes as ours do.
 */
import * as libsignal from '@signalapp/libsignal-client'
import {
  distributionId,
  names,
  plaintext,
  preparedAsync,
  type Cases,
  type Operation,
} from './cases.ts'

type Bytes = Uint8Array<ArrayBuffer>

const message1k = Uint8Array.from(plaintext)

class Sessions extends libsignal.SessionStore {
  readonly records = new Map<string, Bytes>()

  override async saveSession(address: libsignal.ProtocolAddress, record: libsignal.SessionRecord) {
    this.records.set(address.name(), record.serialize())
  }
  override async getSession(address: libsignal.ProtocolAddress) {
    const bytes = this.records.get(address.name())
    return bytes === undefined ? null : libsignal.SessionRecord.deserialize(bytes)
  }
  override async getExistingSessions(): Promise<libsignal.SessionRecord[]> {
    return []
  }
}

class Identities extends libsignal.IdentityKeyStore {
  readonly #key: libsignal.PrivateKey
  constructor(key: libsignal.PrivateKey) {
    super()
    this.#key = key
  }
  override async getIdentityKey() {
    return this.#key
  }
  override async getLocalRegistrationId() {
    return 1
  }
  override async saveIdentity() {
    return libsignal.IdentityChange.NewOrUnchanged
  }
  override async isTrustedIdentity() {
    return true
  }
  override async getIdentity(): Promise<libsignal.PublicKey | null> {
    return null
  }
}

/** One key each, never used up. */
class Prekeys {
  readonly oneTime: libsignal.PreKeyRecord
  readonly signed: libsignal.SignedPreKeyRecord
  readonly kyber: libsignal.KyberPreKeyRecord

  constructor(identity: libsignal.PrivateKey) {
    const [first, second] = [libsignal.PrivateKey.generate(), libsignal.PrivateKey.generate()]
    const kem = libsignal.KEMKeyPair.generate()
    this.oneTime = libsignal.PreKeyRecord.new(3, first.getPublicKey(), first)
    this.signed = libsignal.SignedPreKeyRecord.new(
      1,
      Date.now(),
      second.getPublicKey(),
      second,
      identity.sign(second.getPublicKey().serialize()),
    )
    this.kyber = libsignal.KyberPreKeyRecord.new(
      2,
      Date.now(),
      kem,
      identity.sign(kem.getPublicKey().serialize()),
    )
  }
  async getPreKey() {
    return this.oneTime
  }
  async savePreKey() {}
  async removePreKey() {}
  async getSignedPreKey() {
    return this.signed
  }
  async saveSignedPreKey() {}
  async getKyberPreKey() {
    return this.kyber
  }
  async saveKyberPreKey() {}
  async markKyberPreKeyUsed() {}
}

function device(name: string) {
  const identity = libsignal.PrivateKey.generate()
  const sessions = new Sessions()
  const identities = new Identities(identity)
  // The stores are abstract classes without anything in them.
  const prekeys = new Prekeys(identity) as Prekeys &
    libsignal.PreKeyStore &
    libsignal.SignedPreKeyStore &
    libsignal.KyberPreKeyStore
  const address = libsignal.ProtocolAddress.new(name, 1)
  const bundle = libsignal.PreKeyBundle.new(
    1,
    1,
    3,
    prekeys.oneTime.publicKey(),
    1,
    prekeys.signed.publicKey(),
    prekeys.signed.signature(),
    identity.getPublicKey(),
    2,
    prekeys.kyber.publicKey(),
    prekeys.kyber.signature(),
  )
  return { identity, sessions, identities, prekeys, address, bundle }
}

type Device = ReturnType<typeof device>

async function meet(from: Device, to: Device): Promise<void> {
  await libsignal.processPreKeyBundle(
    to.bundle,
    to.address,
    from.address,
    from.sessions,
    from.identities,
  )
}

async function tell(from: Device, to: Device): Promise<void> {
  const sent = await libsignal.signalEncrypt(
    message1k,
    to.address,
    from.address,
    from.sessions,
    from.identities,
  )
  const bytes = sent.serialize()
  const read =
    sent.type() === libsignal.CiphertextMessageType.PreKey
      ? await libsignal.signalDecryptPreKey(
          libsignal.PreKeySignalMessage.deserialize(bytes),
          from.address,
          to.address,
          to.sessions,
          to.identities,
          to.prekeys,
          to.prekeys,
          to.prekeys,
        )
      : await libsignal.signalDecrypt(
          libsignal.SignalMessage.deserialize(bytes),
          from.address,
          to.address,
          to.sessions,
          to.identities,
        )
  if (read.length !== message1k.length) throw new Error('Cannot go on: it was not what was sent')
}

async function acquainted(): Promise<[Device, Device]> {
  const [alice, bob] = [device(names.alice), device(names.bob)]
  await meet(alice, bob)
  await tell(alice, bob)
  await tell(bob, alice)
  return [alice, bob]
}

class SenderKeys extends libsignal.SenderKeyStore {
  #bytes: Bytes | undefined

  override async saveSenderKey(
    _sender: libsignal.ProtocolAddress,
    _id: libsignal.Uuid,
    record: libsignal.SenderKeyRecord,
  ) {
    this.#bytes = record.serialize()
  }
  override async getSenderKey() {
    return this.#bytes === undefined ? null : libsignal.SenderKeyRecord.deserialize(this.#bytes)
  }
}

async function group() {
  const sender = libsignal.ProtocolAddress.new(names.alice, 1)
  const [ours, theirs] = [new SenderKeys(), new SenderKeys()]
  const announcement = await libsignal.SenderKeyDistributionMessage.create(
    sender,
    distributionId,
    ours,
  )
  await libsignal.processSenderKeyDistributionMessage(sender, announcement, theirs)
  const send = async (): Promise<Bytes> =>
    (await libsignal.groupEncrypt(sender, distributionId, ours, message1k)).serialize()
  return {
    send,
    read: async (bytes: Bytes) => void (await libsignal.groupDecrypt(sender, theirs, bytes)),
  }
}

async function sealing() {
  const [alice, bob] = await acquainted()
  const [root, server] = [libsignal.PrivateKey.generate(), libsignal.PrivateKey.generate()]
  const serverCertificate = libsignal.ServerCertificate.new(1, server.getPublicKey(), root)
  const certificate = libsignal.SenderCertificate.new(
    names.alice,
    null,
    1,
    alice.identity.getPublicKey(),
    Date.now() + 86_400_000,
    serverCertificate,
    server,
  )
  const inner = await libsignal.signalEncrypt(
    message1k,
    bob.address,
    alice.address,
    alice.sessions,
    alice.identities,
  )
  return {
    seal: () =>
      libsignal.sealedSenderEncrypt(
        libsignal.UnidentifiedSenderMessageContent.new(inner, certificate, 0, null),
        bob.address,
        new KnownIdentity(alice.identity, bob.identity.getPublicKey()),
      ),
    open: async (sealed: Bytes) => {
      const content = await libsignal.sealedSenderDecryptToUsmc(sealed, bob.identities)
      if (content.senderCertificate().validate(root.getPublicKey(), Date.now())) return
      throw new Error('Cannot go on: the certificate is not valid')
    },
  }
}

class KnownIdentity extends Identities {
  readonly #theirs: libsignal.PublicKey
  constructor(ours: libsignal.PrivateKey, theirs: libsignal.PublicKey) {
    super(ours)
    this.#theirs = theirs
  }
  override async getIdentity() {
    return this.#theirs
  }
}

export const libsignalCases: Cases = {
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
      alice.sessions.records.clear()
      bob.sessions.records.clear()
      await meet(alice, bob)
      await tell(alice, bob)
    }
  },
  'group encrypt': async (): Promise<Operation> => {
    const { send } = await group()
    return async () => void (await send())
  },
  'group decrypt': async () => {
    const { send, read } = await group()
    return preparedAsync(send, read)
  },
  seal: async (): Promise<Operation> => {
    const { seal } = await sealing()
    return async () => void (await seal())
  },
  unseal: async () => {
    const { seal, open } = await sealing()
    return preparedAsync(seal, open)
  },
}
