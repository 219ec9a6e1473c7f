/**
 * @module Addresses to send to. The owner of a mailbox draws a reading key and gives away the address that follows from it:
 * who knows the address deposits, who knows the key reads, and nobody gets from the address to the key. This package hashes
 * nothing; clients and relays hash these bytes.
 *
 * | what | SHA-256 over |
 * |---|---|
 * | address | {@link addressLabel} in ASCII (15 bytes), the reading key (32) |
 * | mailbox | {@link addressMailboxLabel} in ASCII (23 bytes), the address (32) |
 *
 * A mailbox that is named by a token has another label, so that no token and no address name the same one.
 */

export const readingKeyBytes = 32
export const addressBytes = 32

export const addressLabel = 'sotto/address/1'
export const addressMailboxLabel = 'sotto/mailbox/address/1'
