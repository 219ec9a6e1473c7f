/**
 * @module What a device keeps for one sender in one group: the sender keys it knows of, newest first. Its own key, with
 * which it sends, is such a record too, and always the first state.
 *
 * Records are immutable. Whoever has stored a new one erases what the operation lists under `wipe`.
 */

export interface SenderKeyRecord {
  /** Newest first, `maxSenderKeyStates` at most; no two have the same chain id. */
  readonly states: readonly SenderKeyState[]
}

export interface SenderKeyState {
  readonly chainId: number
  /** Of the message that the chain key is for. */
  readonly iteration: number
  readonly chainKey: Uint8Array
  /** 32 bytes. */
  readonly signingKey: Uint8Array
  /** Only in one's own. */
  readonly signingPrivateKey?: Uint8Array | undefined
  /** Of messages that have not come yet: ascending, all below `iteration`, `maxSkippedKeys` at most. */
  readonly skipped: readonly SkippedSeed[]
}

export interface SkippedSeed {
  readonly iteration: number
  readonly seed: Uint8Array
}

/** Every secret of a record that is not used any more, each as the very object that holds it. */
export function secretsOfRecord({ states }: SenderKeyRecord): readonly Uint8Array[] {
  return states.flatMap(secretsOf)
}

/** Every secret of a state, for a state that is given up. */
export function secretsOf(state: SenderKeyState): readonly Uint8Array[] {
  const secrets = [state.chainKey, ...state.skipped.map((skipped) => skipped.seed)]
  if (state.signingPrivateKey !== undefined) secrets.push(state.signingPrivateKey)
  return secrets
}
