/**
 * @module `devices`. Which devices somebody has. Signed by the identity, so that no relay can add one.
 */
import { deviceKind } from '#content/kinds.ts'
import { readWholeMap, writeWholeMap } from '#content/whole-map.ts'
import { list } from '#live/kinds.ts'
import { field, type ValuesOf } from '#live/schema.ts'
import { identityField, issuedField, versionField } from '#cards/parts.ts'

export const devicesFields = {
  version: versionField,
  identity: identityField,
  devices: field(list(deviceKind, 127), 'Their numbers, rising.'),
  issued_at: issuedField,
}

export type Devices = ValuesOf<typeof devicesFields>

/** Undefined when the bytes are none. */
export function readDevices(bytes: Uint8Array): Devices | undefined {
  return readWholeMap(devicesFields, bytes)
}

export function writeDevices(devices: Devices): Uint8Array<ArrayBuffer> {
  return writeWholeMap(devicesFields, devices)
}
