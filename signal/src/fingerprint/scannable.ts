/**
 * @module A safety number as a code that the other side scans.
 *
 * | tag | type | what |
 * |---|---|---|
 * | 1 | uint32 | version |
 * | 2 | message | 1 bytes: hash of who shows the code, 32 |
 * | 3 | message | 1 bytes: hash of the other one, 32 |
 */
import { equalBytes } from '@sotto/primitives'
import { ProtobufReader } from '@sotto/wire/protobuf'
import { SignalError } from '#errors.ts'
import type { ScannableSafetyNumber } from '#fingerprint/safety-number.ts'
import { bytesField, encodeFields, varintField } from '#messages/protobuf-fields.ts'

export function writeScannable({ version, local, remote }: ScannableSafetyNumber): Uint8Array {
  return encodeFields([
    varintField(1, version),
    bytesField(2, encodeFields([bytesField(1, local)])),
    bytesField(3, encodeFields([bytesField(1, remote)])),
  ])
}

/** Whether the code that was scanned shows the same two keys as ours. */
export function matchesScanned(ours: ScannableSafetyNumber, scanned: Uint8Array): boolean {
  const theirs = readScanned(scanned)
  // First, because another version may hold something else.
  if (theirs.version !== ours.version) {
    throw new SignalError(
      'fingerprint-version',
      `Cannot compare safety numbers: version ${theirs.version} was scanned, ours is ${ours.version}`,
    )
  }
  if (theirs.local === undefined || theirs.remote === undefined) throw malformed()
  const isSameLocal = equalBytes(theirs.local, ours.remote)
  const isSameRemote = equalBytes(theirs.remote, ours.local)
  return isSameLocal && isSameRemote
}

interface Scanned {
  readonly version: number
  readonly local: Uint8Array | undefined
  readonly remote: Uint8Array | undefined
}

function readScanned(bytes: Uint8Array): Scanned {
  let version = 0
  let local: Uint8Array | undefined
  let remote: Uint8Array | undefined
  const reader = new ProtobufReader(bytes)
  while (reader.next()) {
    switch (reader.fieldNumber) {
      case 1:
        version = reader.int32() >>> 0
        break
      case 2:
        local = readHash(reader) ?? local
        break
      case 3:
        remote = readHash(reader) ?? remote
        break
      default:
        reader.skip()
    }
  }
  if (reader.failed) throw malformed()
  return { version, local, remote }
}

function readHash(reader: ProtobufReader): Uint8Array | undefined {
  let hash: Uint8Array | undefined
  const outerEnd = reader.enter()
  while (reader.next()) {
    if (reader.fieldNumber === 1) hash = reader.bytes()
    else reader.skip()
  }
  reader.leave(outerEnd)
  return hash
}

function malformed(): SignalError {
  return new SignalError('malformed', 'Cannot read scanned safety number: malformed')
}
