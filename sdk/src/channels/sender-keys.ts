/**
 * @module Sender keys among the records of a profile: read, given to one pure step, and put back in the work that the step
 * belongs to, as `sessions/stored-session.ts` does for ratchets. What a step held in memory is erased when the work is
 * over.
 */
import {
  acceptSenderKey,
  decryptGroupMessage,
  distributeSenderKey,
  encryptGroupMessage,
  parseSenderKeyDistributionMessage,
  readSenderKeyRecord,
  type SenderKeyMessage,
  type SenderKeyRecord,
  writeSenderKeyRecord,
} from '@sotto/signal'
import type { Device } from '#sessions/device.ts'
import type { Work } from '#state/work.ts'

const collection = 'sender-key'

/** Our key as it stands, to be sent to members. Made when there is none under this name. */
export async function distribution(
  work: Work,
  { primitives, random }: Pick<Device, 'primitives' | 'random'>,
  name: string,
  distributionId: string,
): Promise<Uint8Array> {
  const record = await load(work, name)
  const step = distributeSenderKey(primitives, { record, distributionId }, random)
  work.atAnyEnd(() => step.message.fill(0))
  if (record === undefined) store(work, name, step.record, [])
  return step.message
}

export async function encryptWith(
  work: Work,
  { primitives, random }: Pick<Device, 'primitives' | 'random'>,
  name: string,
  distributionId: string,
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  const record = await load(work, name)
  const step = encryptGroupMessage(primitives, { record, distributionId, plaintext }, random)
  store(work, name, step.record, step.wipe)
  return step.message
}

/** The id of the key that was taken. Throws a `SignalError` for what is none. */
export async function acceptFrom(
  work: Work,
  distributed: Uint8Array,
  nameFor: (distributionId: string) => string,
): Promise<string> {
  const message = parseSenderKeyDistributionMessage(distributed)
  const name = nameFor(message.distributionId)
  const step = acceptSenderKey(await load(work, name), message)
  store(work, name, step.record, [...step.wipe, message.chainKey])
  return message.distributionId
}

/** Throws a `SignalError` for what does not open. */
export async function decryptWith(
  work: Work,
  { primitives }: Pick<Device, 'primitives'>,
  name: string,
  message: SenderKeyMessage,
): Promise<Uint8Array> {
  const step = decryptGroupMessage(primitives, await load(work, name), message)
  store(work, name, step.record, step.wipe)
  return step.plaintext
}

export function forgetKey(work: Work, name: string): void {
  work.delete(collection, name)
}

async function load(work: Work, name: string): Promise<SenderKeyRecord | undefined> {
  const bytes = await work.get(collection, name)
  if (bytes === undefined) return undefined
  const record = readSenderKeyRecord(bytes)
  work.atAnyEnd(() => erase(record))
  return record
}

function store(
  work: Work,
  name: string,
  record: SenderKeyRecord,
  spent: readonly Uint8Array[],
): void {
  const bytes = writeSenderKeyRecord(record)
  work.put(collection, name, bytes)
  work.atAnyEnd(() => {
    erase(record)
    for (const secret of spent) secret.fill(0)
    bytes.fill(0)
  })
}

function erase({ states }: SenderKeyRecord): void {
  for (const { chainKey, signingPrivateKey, skipped } of states) {
    chainKey.fill(0)
    signingPrivateKey?.fill(0)
    for (const { seed } of skipped) seed.fill(0)
  }
}
