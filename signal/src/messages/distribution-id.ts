/**
 * @module The name of a group's key: a UUID, which groups of people do not share. As text it is lower case with hyphens,
 * so that it can be a key of a map.
 */
import { formatUuid, parseUuid, uuidBytes } from '@sotto/wire'
import { SignalError } from '#errors.ts'

export function serializeDistributionId(distributionId: string): Uint8Array {
  const bytes = parseUuid(distributionId)
  if (bytes === undefined) {
    throw new RangeError(`Cannot serialize distribution id: "${distributionId}" is not a UUID`)
  }
  return bytes
}

export function parseDistributionId(bytes: Uint8Array): string {
  if (bytes.length !== uuidBytes) {
    throw new SignalError('malformed', 'Cannot read distribution id: it is not a UUID')
  }
  return formatUuid(bytes)
}
