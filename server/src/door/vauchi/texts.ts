/**
 * @module Bytes as this door's clients write them: mailbox tokens, keys and hashes in hex of either case, everything
 * else in base64.
 */
import type { MailboxId } from '@sotto/wire'
import { mailboxOfAddress, mailboxOfToken, tokenBytes } from '#door/vauchi/address.ts'

const hexDigits = /^[\da-f]*$/i

export function fromHex(text: string): Uint8Array | undefined {
  return text.length % 2 === 0 && hexDigits.test(text)
    ? new Uint8Array(Buffer.from(text, 'hex'))
    : undefined
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

/** 64 hex digits: a token, an address, a key, a hash. */
export function fromHex32(text: string): Uint8Array | undefined {
  return text.length === 2 * tokenBytes ? fromHex(text) : undefined
}

/** Undefined for what names no mailbox. Either case is the same mailbox, so that no sender can mark a recipient. */
export function mailboxNamed(token: string): MailboxId | undefined {
  const bytes = fromHex32(token)
  return bytes && mailboxOfToken(bytes)
}

/** The same of an address. */
export function mailboxAddressed(address: string): MailboxId | undefined {
  const bytes = fromHex32(address)
  return bytes && mailboxOfAddress(bytes)
}

/** Standard alphabet, mandatory padding, no white space, no stray bits (RFC 4648 §3.2–§3.5). */
export function fromBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? new Uint8Array(bytes) : undefined
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
