/**
 * @module A store for the examples: everything in memory. A product keeps all of it on disk, encrypted.
 */
import type {
  KyberPrekey,
  OneTimePrekey,
  PrekeyBundle,
  SessionStore,
  SignedPrekey,
} from '@sotto/signal'

export class MemoryStore implements SessionStore {
  readonly signedPrekeys = new Map<number, SignedPrekey>()
  readonly kyberPrekeys = new Map<number, KyberPrekey>()
  readonly oneTimePrekeys = new Map<number, OneTimePrekey>()
  readonly #records = new Map<string, Uint8Array>()
  readonly #identities = new Map<string, string>()
  readonly #baseKeys = new Set<string>()

  loadRecord: SessionStore['loadRecord'] = async (address) => this.#records.get(textOf(address))
  loadSignedPrekey: SessionStore['loadSignedPrekey'] = async (id) => this.signedPrekeys.get(id)
  loadKyberPrekey: SessionStore['loadKyberPrekey'] = async (id) => this.kyberPrekeys.get(id)
  loadOneTimePrekey: SessionStore['loadOneTimePrekey'] = async (id) => this.oneTimePrekeys.get(id)

  /** Trust on first use: the first key of an address is taken, another one is not. */
  isTrustedIdentity: SessionStore['isTrustedIdentity'] = async (address, key) => {
    const known = this.#identities.get(textOf(address))
    return known === undefined || known === key.join()
  }

  commit: SessionStore['commit'] = async ({ address, identityKey, used, record }) => {
    if (used !== undefined) {
      const kyber = this.kyberPrekeys.get(used.kyberPrekeyId)
      if (kyber?.isLastResort === true) {
        const seen = [used.kyberPrekeyId, used.signedPrekeyId, ...used.baseKey].join()
        if (this.#baseKeys.has(seen)) return 'reused-base-key'
        this.#baseKeys.add(seen)
      } else this.kyberPrekeys.delete(used.kyberPrekeyId)
      if (used.oneTimePrekeyId !== undefined) this.oneTimePrekeys.delete(used.oneTimePrekeyId)
    }
    this.#identities.set(textOf(address), identityKey.join())
    this.#records.set(textOf(address), record)
    return 'committed'
  }

  /** What a server would hand out for this device. */
  bundle(identityKey: Uint8Array, registrationId: number): PrekeyBundle {
    const [signed] = this.signedPrekeys.values()
    const [kyber] = this.kyberPrekeys.values()
    const [oneTime] = this.oneTimePrekeys.values()
    if (signed === undefined || kyber === undefined) throw new Error('Cannot make bundle: no keys')
    return {
      registrationId,
      deviceId: 1,
      identityKey,
      signedPrekey: {
        id: signed.id,
        publicKey: signed.keyPair.publicKey,
        signature: signed.signature,
      },
      kyberPrekey: {
        id: kyber.id,
        publicKey: kyber.keyPair.publicKey,
        signature: kyber.signature,
      },
      oneTimePrekey: oneTime && { id: oneTime.id, publicKey: oneTime.keyPair.publicKey },
    }
  }
}

function textOf({ name, deviceId }: { readonly name: string; readonly deviceId: number }): string {
  return `${name}.${deviceId}`
}
