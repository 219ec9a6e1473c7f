/**
 * @module Sessions among the records of a profile: read, given to one pure step, and put back in the work that the step
 * belongs to. So the state of a ratchet and the message that moved it are one write. What a step held in memory is
 * erased when the work is over.
 */
import type { ProtocolAddress, SessionRecord } from '@sotto/signal'
import {
  archiveCurrent,
  hasUsableSession,
  readRecord,
  secretsOfRecord,
  writeRecord,
} from '@sotto/signal'
import { type Device, sessionId } from '#sessions/device.ts'
import type { Reader, Work } from '#state/work.ts'

const collection = 'session'

export async function loadSession(
  work: Work,
  device: Pick<Device, 'hide'>,
  remote: ProtocolAddress,
): Promise<SessionRecord | undefined> {
  const bytes = await work.get(collection, sessionId(device, remote))
  if (bytes === undefined) return undefined
  const record = readRecord(bytes)
  work.atAnyEnd(() => eraseAll(secretsOfRecord(record)))
  return record
}

/** `spent` is what only the record before it held. */
export function storeSession(
  work: Work,
  device: Pick<Device, 'hide'>,
  remote: ProtocolAddress,
  record: SessionRecord,
  spent: readonly Uint8Array[],
): void {
  const bytes = writeRecord(record)
  work.put(collection, sessionId(device, remote), bytes)
  work.atAnyEnd(() => {
    eraseAll(secretsOfRecord(record))
    eraseAll(spent)
    bytes.fill(0)
  })
}

export async function isReadyToSend(
  reader: Reader,
  device: Device,
  remote: ProtocolAddress,
): Promise<boolean> {
  const bytes = await reader.get(collection, sessionId(device, remote))
  if (bytes === undefined) return false
  const record = readRecord(bytes)
  const isReady = hasUsableSession(record, device.clock.now())
  eraseAll(secretsOfRecord(record))
  return isReady
}

/** Whether there has ever been a session: of one without, an unreadable message is nothing to heal. */
export async function hasSession(
  reader: Reader,
  device: Pick<Device, 'hide'>,
  remote: ProtocolAddress,
): Promise<boolean> {
  return (await reader.get(collection, sessionId(device, remote))) !== undefined
}

/** The next message needs a new bundle; what is late is still read. */
export async function setSessionAside(
  work: Work,
  device: Pick<Device, 'hide'>,
  remote: ProtocolAddress,
): Promise<void> {
  const record = await loadSession(work, device, remote)
  if (record === undefined) return
  const step = archiveCurrent(record)
  storeSession(work, device, remote, step.record, step.wipe)
}

export function forgetSession(
  work: Work,
  device: Pick<Device, 'hide'>,
  remote: ProtocolAddress,
): void {
  work.delete(collection, sessionId(device, remote))
}

/** One by one: there may be thousands. */
function eraseAll(secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0)
}
