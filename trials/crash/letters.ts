/**
 * @module What the senders write: a letter whose every byte follows from who wrote it, to whom, and its number, so that
 * the reader of an envelope knows whether it was ever written and whether a bit of it changed.
 *
 * | bytes | meaning |
 * |---|---|
 * | 4 | sender, big-endian |
 * | 4 | recipient |
 * | 4 | number between these two, from 0 |
 * | 0–2000 | filling |
 */
import { createChance } from '#crash/random.ts'

export interface Letter {
  readonly sender: number
  readonly recipient: number
  readonly number: number
}

const headBytes = 12
const maxFillingBytes = 2000

export function writeLetter(letter: Letter): Uint8Array {
  const chance = createChance((letter.sender << 20) ^ (letter.recipient << 26) ^ letter.number)
  const bytes = new Uint8Array(headBytes + chance.integer(0, maxFillingBytes))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, letter.sender)
  view.setUint32(4, letter.recipient)
  view.setUint32(8, letter.number)
  const step = chance.integer(1, 255)
  for (let i = headBytes; i < bytes.length; i++) bytes[i] = (i * step + letter.number) & 0xff
  return bytes
}

/** Undefined for bytes that are no letter, whole and unchanged. */
export function readLetter(bytes: Uint8Array): Letter | undefined {
  if (bytes.length < headBytes) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const letter = {
    sender: view.getUint32(0),
    recipient: view.getUint32(4),
    number: view.getUint32(8),
  }
  return Buffer.compare(writeLetter(letter), bytes) === 0 ? letter : undefined
}
