/**
 * @module The labels of SPQR, as libsignal spells them, and the numbers that stand behind them. ASCII, no terminator.
 */
import { ascii } from '#labels.ts'

const protocol = 'Signal_PQCKA_V1_MLKEM768:'

export const authenticatorUpdateLabel: Uint8Array = ascii(`${protocol}Authenticator Update`)
export const headerMacLabel: Uint8Array = ascii(`${protocol}ekheader`)
export const ciphertextMacLabel: Uint8Array = ascii(`${protocol}ciphertext`)
export const epochSecretLabel: Uint8Array = ascii(`${protocol}SCKA Key`)

/** With two spaces. */
export const chainStartLabel: Uint8Array = ascii('Signal PQ Ratchet V1 Chain  Start')
export const chainNextLabel: Uint8Array = ascii('Signal PQ Ratchet V1 Chain Next')
export const chainAddEpochLabel: Uint8Array = ascii('Signal PQ Ratchet V1 Chain Add Epoch')

/** The label, then the epoch in eight bytes, big-endian. */
export function withEpoch(label: Uint8Array, epoch: number): Uint8Array {
  const bytes = new Uint8Array(label.length + 8)
  bytes.set(label)
  writeUint32(bytes, label.length, Math.floor(epoch / 2 ** 32))
  writeUint32(bytes, label.length + 4, epoch)
  return bytes
}

/** The counter in four bytes, big-endian, then the label. */
export function withCounter(counter: number, label: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + label.length)
  writeUint32(bytes, 0, counter)
  bytes.set(label, 4)
  return bytes
}

function writeUint32(target: Uint8Array, at: number, value: number): void {
  target[at] = value >>> 24
  target[at + 1] = value >>> 16
  target[at + 2] = value >>> 8
  target[at + 3] = value
}
