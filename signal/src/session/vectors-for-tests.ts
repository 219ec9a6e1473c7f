/**
 * @module The recorded vectors, as far as sessions use them.
 */
import conversations from '#vectors/signal-libsignal-transcripts.json' with { type: 'json' }
import vectors from '#vectors/signal-vectors.json' with { type: 'json' }

export interface SignalVectors {
  readonly x25519: Readonly<Record<'privA' | 'clampedA' | 'pubA' | 'privB' | 'pubB' | 'dh', string>>
  readonly xeddsa: Readonly<Record<'priv' | 'edPub' | 'sig', string>>
  readonly pqxdhKdf: Readonly<Record<'root' | 'chain' | 'pqr', string>>
  readonly rootStep: Readonly<Record<'newRoot' | 'chain', string>>
  readonly chain: Readonly<Record<'seed' | 'next', string>>
  readonly msgKeys: { readonly pq44: Readonly<Record<'enc' | 'mac' | 'iv', string>> }
  readonly signalMessage: Readonly<
    Record<'ratchet' | 'senderId' | 'receiverId' | 'macKey' | 'pq' | 'bytes', string>
  >
  readonly addresses: { readonly bytes: string }
  readonly kyber1024: Readonly<
    Record<
      | 'seed_d_z'
      | 'sha256_pub1569'
      | 'sha256_ct1569'
      | 'mlkemSharedSecret'
      | 'kyberSharedSecret'
      | 'rejectSecret',
      string
    >
  >
}

interface RecordedConversation {
  readonly ourAddress: RecordedAddress
  readonly theirAddress: RecordedAddress
  readonly ourIdentityPriv: string
  readonly ourRegistrationId: number
  readonly theirIdentity: string
  readonly steps: readonly RecordedStep[]
}

interface RecordedAddress {
  readonly name: string
  readonly device: number
}

export type RecordedStep =
  | { readonly kind: 'processBundle'; readonly rand: readonly string[] }
  | {
      readonly kind: 'in' | 'out'
      readonly type: 2 | 3
      readonly bytes: string
      readonly plaintext: string
      readonly rand: readonly string[]
    }

export interface RecordedResponder extends RecordedConversation {
  readonly role: 'responder'
  readonly oneTimePreKey: { readonly id: number; readonly priv: string }
  readonly signedPreKey: { readonly id: number; readonly priv: string }
  readonly kyberPreKey: { readonly id: number; readonly seed_d_z_mlkem: string }
}

export interface RecordedInitiator extends RecordedConversation {
  readonly role: 'initiator'
  readonly bundle: Readonly<
    Record<'id' | 'pkPub' | 'spkPub' | 'spkSig' | 'kpkPub' | 'kpkSig', string> &
      Record<'reg' | 'pkId' | 'spkId' | 'kpkId', number>
  >
}

export function signalVectors(): SignalVectors {
  return vectors
}

export function recordedConversations(): readonly (RecordedResponder | RecordedInitiator)[] {
  return conversations as (RecordedResponder | RecordedInitiator)[]
}
