/**
 * @module The state as it is stored. The format is ours and never travels.
 *
 * | bytes | |
 * |---|---|
 * | 0x01 | version |
 * | 1 | bit 0: responder; bit 1: session with oneself; bit 2: nothing was sent in this epoch yet |
 * | | the braid (`braid-format.ts`) |
 * | | the chains (`chain-format.ts`), whose epochs follow from that of the braid |
 *
 * Numbers are LEB128 and minimal, so a state has one spelling.
 */
import { wipe } from '@sotto/primitives'
import { readBraid, writeBraid } from '#spqr/braid-format.ts'
import { type BraidState, isKeySide } from '#spqr/braid-state.ts'
import { ByteReader } from '#spqr/byte-reader.ts'
import { ByteWriter } from '#spqr/byte-writer.ts'
import { readChains, writeChains } from '#spqr/chain-format.ts'
import type { Chains } from '#spqr/chain.ts'
import type { SpqrState } from '#spqr/spqr.ts'

const version = 1

const isResponderBit = 1
const isSelfBit = 2
const isBehindBit = 4

export function writeSpqrState({ braid, chains }: SpqrState): Uint8Array {
  const writer = new ByteWriter()
  writer.varint(version)
  writer.varint(
    (chains.role === 'responder' ? isResponderBit : 0) |
      (chains.isSelf ? isSelfBit : 0) |
      (chains.sendEpoch < braid.epoch - 1 ? isBehindBit : 0),
  )
  writeBraid(writer, braid)
  writeChains(writer, chains)
  return writer.finish()
}

/** Undefined when the bytes are no state. */
export function readSpqrState(bytes: Uint8Array): SpqrState | undefined {
  // One copy, which the fields are views of.
  const copy = new Uint8Array(bytes)
  const state = readState(new ByteReader(copy))
  if (state === undefined) wipe(copy)
  return state
}

function readState(reader: ByteReader): SpqrState | undefined {
  if (reader.byte() !== version) return undefined
  const flags = reader.byte()
  const braid = readBraid(reader)
  if (braid === undefined) return undefined
  const known = epochsOf(braid, flags)
  if (known === undefined) return undefined
  const chains = readChains(reader, known)
  return reader.failed || !reader.isAtEnd ? undefined : { braid, chains }
}

/** Undefined when the braid cannot be where it says it is. */
function epochsOf(
  braid: BraidState,
  flags: number,
): Pick<Chains, 'role' | 'isSelf' | 'sendEpoch' | 'currentEpoch'> | undefined {
  if (flags > (isResponderBit | isSelfBit | isBehindBit)) return undefined
  const role = (flags & isResponderBit) === 0 ? 'initiator' : 'responder'
  // The initiator makes the keys of the odd epochs.
  if (isKeySide(braid) !== ((braid.epoch % 2 === 1) === (role === 'initiator'))) return undefined

  const isBehind = (flags & isBehindBit) !== 0
  if (isBehind && (braid.epoch === 1 || !kindsBeforeSending.has(braid.kind))) return undefined
  return {
    role,
    isSelf: (flags & isSelfBit) !== 0,
    sendEpoch: braid.epoch - (isBehind ? 2 : 1),
    currentEpoch: kindsWithSecret.has(braid.kind) ? braid.epoch : braid.epoch - 1,
  }
}

/** What an epoch may begin with, before its first message is sent. */
const kindsBeforeSending: ReadonlySet<BraidState['kind']> = new Set<BraidState['kind']>([
  'keys-unsampled',
  'no-header-received',
  'header-received',
])

/** Who encapsulates has the epoch's secret long before it ends. */
const kindsWithSecret: ReadonlySet<BraidState['kind']> = new Set<BraidState['kind']>([
  'ct1-sampled',
  'ek-received-ct1-sampled',
  'ct1-acknowledged',
  'ct2-sampled',
])
