/**
 * @module Stores in memory for libsignal's own functions, where a test calls them one by one. Where its native module
 * does not load, the suites are skipped before they get here.
 */
import type {
  IdentityChange,
  IdentityKeyStore,
  KyberPreKeyRecord,
  KyberPreKeyStore,
  PreKeyRecord,
  PreKeyStore,
  PrivateKey,
  ProtocolAddress,
  PublicKey,
  SenderKeyRecord,
  SenderKeyStore,
  SessionRecord,
  SessionStore,
  SignedPreKeyRecord,
  SignedPreKeyStore,
} from '@signalapp/libsignal-client'
import type { Libsignal } from '#libsignal/oracle-for-tests.ts'

export type Bytes = Uint8Array<ArrayBuffer>

/** A copy whose memory is its own, as libsignal's types want it. */
export function copy(bytes: Uint8Array): Bytes {
  return Uint8Array.from(bytes)
}

export interface OracleStores {
  readonly sessions: SessionStore
  readonly identities: IdentityKeyStore
  readonly senderKeys: SenderKeyStore
}

/** What a device of libsignal's keeps. It trusts everybody. */
export function oracleStores(
  oracle: Libsignal,
  identity: PrivateKey,
  registrationId = 1,
): OracleStores {
  class Sessions extends oracle.SessionStore {
    readonly #records = new Map<string, Bytes>()

    saveSession(address: ProtocolAddress, record: SessionRecord): Promise<void> {
      this.#records.set(keyOf(address), record.serialize())
      return Promise.resolve()
    }

    getSession(address: ProtocolAddress): Promise<SessionRecord | null> {
      const bytes = this.#records.get(keyOf(address))
      const record = bytes === undefined ? null : oracle.SessionRecord.deserialize(bytes)
      return Promise.resolve(record)
    }

    async getExistingSessions(addresses: ProtocolAddress[]): Promise<SessionRecord[]> {
      const records = await Promise.all(addresses.map((address) => this.getSession(address)))
      return records.filter((record) => record !== null)
    }
  }

  class Identities extends oracle.IdentityKeyStore {
    readonly #keys = new Map<string, PublicKey>()

    getIdentityKey(): Promise<PrivateKey> {
      return Promise.resolve(identity)
    }

    getLocalRegistrationId(): Promise<number> {
      return Promise.resolve(registrationId)
    }

    saveIdentity(address: ProtocolAddress, key: PublicKey): Promise<IdentityChange> {
      this.#keys.set(keyOf(address), key)
      return Promise.resolve(oracle.IdentityChange.NewOrUnchanged)
    }

    isTrustedIdentity(): Promise<boolean> {
      return Promise.resolve(true)
    }

    getIdentity(address: ProtocolAddress): Promise<PublicKey | null> {
      return Promise.resolve(this.#keys.get(keyOf(address)) ?? null)
    }
  }

  class SenderKeys extends oracle.SenderKeyStore {
    readonly #records = new Map<string, Bytes>()

    saveSenderKey(
      sender: ProtocolAddress,
      distributionId: string,
      record: SenderKeyRecord,
    ): Promise<void> {
      this.#records.set(`${keyOf(sender)} ${distributionId}`, record.serialize())
      return Promise.resolve()
    }

    getSenderKey(sender: ProtocolAddress, distributionId: string): Promise<SenderKeyRecord | null> {
      const bytes = this.#records.get(`${keyOf(sender)} ${distributionId}`)
      const record = bytes === undefined ? null : oracle.SenderKeyRecord.deserialize(bytes)
      return Promise.resolve(record)
    }
  }

  return { sessions: new Sessions(), identities: new Identities(), senderKeys: new SenderKeys() }
}

export interface OraclePrekeys {
  readonly oneTime: PreKeyStore
  readonly signed: SignedPreKeyStore
  readonly kyber: KyberPreKeyStore
}

/** Stores with one prekey of each kind: one-time 11, signed 22, Kyber 33. */
export async function oraclePrekeys(
  oracle: Libsignal,
  identity: PrivateKey,
): Promise<OraclePrekeys> {
  class OneTime extends oracle.PreKeyStore {
    readonly #records = new Map<number, PreKeyRecord>()

    savePreKey(id: number, record: PreKeyRecord): Promise<void> {
      this.#records.set(id, record)
      return Promise.resolve()
    }

    getPreKey(id: number): Promise<PreKeyRecord> {
      return found(this.#records, id)
    }

    removePreKey(id: number): Promise<void> {
      this.#records.delete(id)
      return Promise.resolve()
    }
  }

  class Signed extends oracle.SignedPreKeyStore {
    readonly #records = new Map<number, SignedPreKeyRecord>()

    saveSignedPreKey(id: number, record: SignedPreKeyRecord): Promise<void> {
      this.#records.set(id, record)
      return Promise.resolve()
    }

    getSignedPreKey(id: number): Promise<SignedPreKeyRecord> {
      return found(this.#records, id)
    }
  }

  class Kyber extends oracle.KyberPreKeyStore {
    readonly #records = new Map<number, KyberPreKeyRecord>()

    saveKyberPreKey(id: number, record: KyberPreKeyRecord): Promise<void> {
      this.#records.set(id, record)
      return Promise.resolve()
    }

    getKyberPreKey(id: number): Promise<KyberPreKeyRecord> {
      return found(this.#records, id)
    }

    markKyberPreKeyUsed(): Promise<void> {
      return Promise.resolve()
    }
  }

  const stores = { oneTime: new OneTime(), signed: new Signed(), kyber: new Kyber() }
  const oneTime = oracle.PrivateKey.generate()
  const signed = oracle.PrivateKey.generate()
  const kyber = oracle.KEMKeyPair.generate()
  const signedBy = (key: Bytes): Bytes => identity.sign(key)
  await stores.oneTime.savePreKey(11, oracle.PreKeyRecord.new(11, oneTime.getPublicKey(), oneTime))
  await stores.signed.saveSignedPreKey(
    22,
    oracle.SignedPreKeyRecord.new(
      22,
      0,
      signed.getPublicKey(),
      signed,
      signedBy(signed.getPublicKey().serialize()),
    ),
  )
  await stores.kyber.saveKyberPreKey(
    33,
    oracle.KyberPreKeyRecord.new(33, 0, kyber, signedBy(kyber.getPublicKey().serialize())),
  )
  return stores
}

function found<T>(records: ReadonlyMap<number, T>, id: number): Promise<T> {
  const record = records.get(id)
  if (record === undefined) return Promise.reject(new Error(`Cannot find prekey ${id}`))
  return Promise.resolve(record)
}

/** Makes a session of libsignal's with a device that has only this identity; nothing will ever answer. */
export async function startOracleSession(
  oracle: Libsignal,
  stores: OracleStores,
  local: ProtocolAddress,
  remote: {
    readonly address: ProtocolAddress
    readonly identity: PrivateKey
    readonly registrationId: number
  },
): Promise<void> {
  const { address, identity, registrationId } = remote
  const signed = oracle.PrivateKey.generate().getPublicKey()
  const kyber = oracle.KEMKeyPair.generate().getPublicKey()
  const bundle = oracle.PreKeyBundle.new(
    registrationId,
    address.deviceId(),
    null,
    null,
    1,
    signed,
    identity.sign(signed.serialize()),
    identity.getPublicKey(),
    2,
    kyber,
    identity.sign(kyber.serialize()),
  )
  await oracle.processPreKeyBundle(bundle, address, local, stores.sessions, stores.identities)
}

/** 'done', or the text of libsignal's error. */
export async function outcomeOf(action: () => unknown): Promise<string> {
  try {
    await action()
    return 'done'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function keyOf(address: ProtocolAddress): string {
  return `${address.name()}.${address.deviceId()}`
}
