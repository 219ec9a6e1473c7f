/**
 * @module The chains' part of a stored state.
 *
 * | bytes | |
 * |---|---|
 * | 32 | next root |
 * | | for every epoch, from the one before that of sending, if there is one, to the current: |
 * | varint, 32 | · to send, unless the epoch is older than that of sending: counter, key |
 * | varint, 32 | · to receive: counter, key |
 * | varint | · number of stored keys, and each: |
 * | varint, 32 | · · how far its index is from the one before (or from 0), key |
 */
import type { ByteReader } from '#spqr/byte-reader.ts'
import type { ByteWriter } from '#spqr/byte-writer.ts'
import type { Chains, EpochChains, ReceiveChain, SendChain } from '#spqr/chain.ts'
import { maxKeyIndex } from '#spqr/message.ts'
import { maxStoredKeys, type StoredKey } from '#spqr/stored-keys.ts'

export function writeChains(writer: ByteWriter, { nextRoot, epochs }: Chains): void {
  writer.raw(nextRoot)
  for (const { send, receive } of epochs) {
    if (send !== undefined) {
      writer.varint(send.counter)
      writer.raw(send.key)
    }
    writer.varint(receive.counter)
    writer.raw(receive.key)
    writer.varint(receive.stored.length)
    let last = 0
    for (const { index, key } of receive.stored) {
      writer.varint(index - last)
      writer.raw(key)
      last = index
    }
  }
}

/** What `reader` calls failed is to be thrown away. */
export function readChains(
  reader: ByteReader,
  known: Pick<Chains, 'role' | 'isSelf' | 'sendEpoch' | 'currentEpoch'>,
): Chains {
  const nextRoot = reader.take(32)
  const epochs: EpochChains[] = []
  for (let epoch = Math.max(0, known.sendEpoch - 1); epoch <= known.currentEpoch; epoch++) {
    const send = epoch < known.sendEpoch ? undefined : readSendChain(reader)
    epochs.push({ send, receive: readReceiveChain(reader) })
  }
  return { ...known, nextRoot, epochs }
}

function readSendChain(reader: ByteReader): SendChain {
  return { counter: reader.minimalVarint(maxKeyIndex), key: reader.take(32) }
}

function readReceiveChain(reader: ByteReader): ReceiveChain {
  const counter = reader.minimalVarint(maxKeyIndex)
  const key = reader.take(32)
  const count = reader.minimalVarint(maxStoredKeys)
  const stored: StoredKey[] = []
  let index = 0
  for (let i = 0; i < count && !reader.failed; i++) {
    const distance = reader.minimalVarint(maxKeyIndex)
    index += distance
    if (distance === 0 || index >= counter) reader.fail()
    stored.push({ index, key: reader.take(32) })
  }
  return { counter, key, stored }
}
