/**
 * @module Who takes part in a session, as the steps of this folder are told.
 */
import type { CurveKeyPair } from '#keys/curve-key-pair.ts'
import type { ProtocolAddress } from '#messages/service-address.ts'

/** This device. */
export interface LocalDevice {
  readonly address: ProtocolAddress
  readonly identity: CurveKeyPair
  readonly registrationId: number
}

export interface CiphertextMessage {
  /** 'prekey' is type 3 of libsignal, 'whisper' type 2. */
  readonly type: 'prekey' | 'whisper'
  readonly bytes: Uint8Array
}
