/**
 * @module What a client announced, as one set for all who announce the same: there are few kinds of clients, and many of each.
 */
import { capabilityNames, type Capability } from '@sotto/wire/live'

const none: ReadonlySet<Capability> = new Set()
const setsByNames = new Map<string, ReadonlySet<Capability>>()

/** What nobody has heard of is left out, so that there are no more sets than ways to choose from what is known. */
export function capabilitySet(announced: readonly string[] = []): ReadonlySet<Capability> {
  const names = capabilityNames.filter((name) => announced.includes(name))
  if (names.length === 0) return none
  const key = names.join(' ')
  const known = setsByNames.get(key)
  if (known !== undefined) return known
  const made = new Set(names)
  setsByNames.set(key, made)
  return made
}
