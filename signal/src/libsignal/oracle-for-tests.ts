/**
 * @module A device of libsignal-client, for tests that hold our sessions against it. Its native module does not load on
 * every platform; where it does not, these tests are skipped, and their name says so.
 */
import type {
  KyberPreKeyRecord,
  PreKeyRecord,
  SignedPreKeyRecord,
} from '@signalapp/libsignal-client'
import type { PrekeyBundle } from '#prekeys/prekeys.ts'
import {
  parseCurveKey,
  parseKyber,
  serializeCurveKey,
  serializeKyber,
} from '#keys/serialized-key.ts'
import type { ProtocolAddress } from '#messages/service-address.ts'
import type { CiphertextMessage } from '#session/parties.ts'

export type Libsignal = typeof import('@signalapp/libsignal-client')
type PrivateKey = import('@signalapp/libsignal-client').PrivateKey

export const libsignal: Libsignal | undefined = await load()

/** For the name of a suite. */
export const presence: string =
  libsignal === undefined ? ' (skipped: libsignal-client does not load here)' : ''

async function load(): Promise<Libsignal | undefined> {
  try {
    const library = await import('@signalapp/libsignal-client')
    library.PrivateKey.generate()
    library.initLogger(library.LogLevel.Error, () => undefined)
    return library
  } catch {
    return undefined
  }
}

function required(): Libsignal {
  if (libsignal === undefined) throw new Error('Cannot ask libsignal: it does not load here')
  return libsignal
}

/** What it answers to a message: the text, or in our words what it threw. */
export type Verdict = { readonly text: string } | 'duplicated-message' | 'refused'

export class OracleDevice {
  readonly address: ProtocolAddress
  readonly registrationId: number = 4321
  readonly #library = required()
  readonly #identity: PrivateKey
  readonly #sessions
  readonly #identities
  readonly #prekeys
  readonly #signedPrekeys
  readonly #kyberPrekeys

  constructor(address: ProtocolAddress, identityPrivateKey?: Uint8Array) {
    this.address = address
    this.#identity =
      identityPrivateKey === undefined
        ? this.#library.PrivateKey.generate()
        : this.#library.PrivateKey.deserialize(Uint8Array.from(identityPrivateKey))
    const stores = storesOf(this.#library, this.#identity, this.registrationId)
    this.#sessions = stores.sessions
    this.#identities = stores.identities
    this.#prekeys = stores.prekeys
    this.#signedPrekeys = stores.signedPrekeys
    this.#kyberPrekeys = stores.kyberPrekeys
  }

  get identityKey(): Uint8Array {
    return parseCurveKey(this.#identity.getPublicKey().serialize())
  }

  /** Makes prekeys and says what a server would. */
  async bundle(withOneTimePrekey = true): Promise<PrekeyBundle> {
    const library = this.#library
    const signed = library.PrivateKey.generate()
    const kyber = library.KEMKeyPair.generate()
    const oneTime = library.PrivateKey.generate()
    const signedKey = signed.getPublicKey().serialize()
    const kyberKey = kyber.getPublicKey().serialize()
    const signedSignature = this.#identity.sign(signedKey)
    const kyberSignature = this.#identity.sign(kyberKey)
    await this.#prekeys.savePreKey(
      11,
      library.PreKeyRecord.new(11, oneTime.getPublicKey(), oneTime),
    )
    await this.#signedPrekeys.saveSignedPreKey(
      22,
      library.SignedPreKeyRecord.new(22, 0, signed.getPublicKey(), signed, signedSignature),
    )
    await this.#kyberPrekeys.saveKyberPreKey(
      33,
      library.KyberPreKeyRecord.new(33, 0, kyber, kyberSignature),
    )
    return {
      registrationId: this.registrationId,
      deviceId: this.address.deviceId,
      identityKey: this.identityKey,
      signedPrekey: { id: 22, publicKey: parseCurveKey(signedKey), signature: signedSignature },
      kyberPrekey: { id: 33, publicKey: parseKyber(kyberKey), signature: kyberSignature },
      oneTimePrekey: withOneTimePrekey
        ? { id: 11, publicKey: parseCurveKey(oneTime.getPublicKey().serialize()) }
        : undefined,
    }
  }

  async start(remote: ProtocolAddress, bundle: PrekeyBundle): Promise<void> {
    const library = this.#library
    const curve = (key: Uint8Array) =>
      library.PublicKey.deserialize(Uint8Array.from(serializeCurveKey(key)))
    const { oneTimePrekey, signedPrekey, kyberPrekey } = bundle
    const theirs = library.PreKeyBundle.new(
      bundle.registrationId,
      bundle.deviceId,
      oneTimePrekey?.id ?? null,
      oneTimePrekey === undefined ? null : curve(oneTimePrekey.publicKey),
      signedPrekey.id,
      curve(signedPrekey.publicKey),
      Uint8Array.from(signedPrekey.signature),
      curve(bundle.identityKey),
      kyberPrekey.id,
      library.KEMPublicKey.deserialize(Uint8Array.from(serializeKyber(kyberPrekey.publicKey))),
      Uint8Array.from(kyberPrekey.signature),
    )
    await library.processPreKeyBundle(
      theirs,
      this.#native(remote),
      this.#native(this.address),
      this.#sessions,
      this.#identities,
    )
  }

  async send(remote: ProtocolAddress, text: string): Promise<CiphertextMessage> {
    const message = await this.#library.signalEncrypt(
      new TextEncoder().encode(text),
      this.#native(remote),
      this.#native(this.address),
      this.#sessions,
      this.#identities,
    )
    const isFirst = message.type() === this.#library.CiphertextMessageType.PreKey
    return { type: isFirst ? 'prekey' : 'whisper', bytes: message.serialize() }
  }

  async receive(remote: ProtocolAddress, message: CiphertextMessage): Promise<Verdict> {
    try {
      const plaintext = await this.#decrypt(remote, message)
      return { text: new TextDecoder().decode(plaintext) }
    } catch (error) {
      const { code } = error as { readonly code?: number }
      return code === this.#library.ErrorCode.DuplicatedMessage ? 'duplicated-message' : 'refused'
    }
  }

  async #decrypt(remote: ProtocolAddress, message: CiphertextMessage): Promise<Uint8Array> {
    const library = this.#library
    const bytes = Uint8Array.from(message.bytes)
    const parties = [this.#native(remote), this.#native(this.address)] as const
    if (message.type === 'whisper') {
      const parsed = library.SignalMessage.deserialize(bytes)
      return library.signalDecrypt(parsed, ...parties, this.#sessions, this.#identities)
    }
    return library.signalDecryptPreKey(
      library.PreKeySignalMessage.deserialize(bytes),
      ...parties,
      this.#sessions,
      this.#identities,
      this.#prekeys,
      this.#signedPrekeys,
      this.#kyberPrekeys,
    )
  }

  #native({ name, deviceId }: ProtocolAddress) {
    return this.#library.ProtocolAddress.new(name, deviceId)
  }
}

/** Stores in memory that trust everybody. */
function storesOf(library: Libsignal, identity: PrivateKey, registrationId: number) {
  type Address = import('@signalapp/libsignal-client').ProtocolAddress
  type Record = import('@signalapp/libsignal-client').SessionRecord
  const records = new Map<string, Uint8Array>()
  const name = (address: Address) => `${address.name()}.${address.deviceId()}`

  class Sessions extends library.SessionStore {
    async saveSession(address: Address, record: Record) {
      records.set(name(address), record.serialize())
    }
    async getSession(address: Address) {
      const bytes = records.get(name(address))
      return bytes === undefined ? null : library.SessionRecord.deserialize(Uint8Array.from(bytes))
    }
    async getExistingSessions(): Promise<Record[]> {
      return []
    }
  }
  class Identities extends library.IdentityKeyStore {
    async getIdentityKey() {
      return identity
    }
    async getLocalRegistrationId() {
      return registrationId
    }
    async saveIdentity() {
      return library.IdentityChange.NewOrUnchanged
    }
    async isTrustedIdentity() {
      return true
    }
    async getIdentity() {
      return null
    }
  }
  class Prekeys extends library.PreKeyStore {
    readonly #kept = new Map<number, PreKeyRecord>()
    async savePreKey(id: number, record: PreKeyRecord) {
      this.#kept.set(id, record)
    }
    async getPreKey(id: number) {
      return kept(this.#kept, id)
    }
    async removePreKey() {}
  }
  class SignedPrekeys extends library.SignedPreKeyStore {
    readonly #kept = new Map<number, SignedPreKeyRecord>()
    async saveSignedPreKey(id: number, record: SignedPreKeyRecord) {
      this.#kept.set(id, record)
    }
    async getSignedPreKey(id: number) {
      return kept(this.#kept, id)
    }
  }
  class KyberPrekeys extends library.KyberPreKeyStore {
    readonly #kept = new Map<number, KyberPreKeyRecord>()
    async saveKyberPreKey(id: number, record: KyberPreKeyRecord) {
      this.#kept.set(id, record)
    }
    async getKyberPreKey(id: number) {
      return kept(this.#kept, id)
    }
    async markKyberPreKeyUsed() {}
  }
  return {
    sessions: new Sessions(),
    identities: new Identities(),
    prekeys: new Prekeys(),
    signedPrekeys: new SignedPrekeys(),
    kyberPrekeys: new KyberPrekeys(),
  }
}

function kept<Kept>(map: ReadonlyMap<number, Kept>, id: number): Kept {
  const found = map.get(id)
  if (found === undefined) throw new Error(`Cannot find prekey ${id}`)
  return found
}
