/**
 * @module The parts that lie in the own mailbox, as they come: what the newest whole snapshot is, and which envelopes are
 * older than it. It holds a bounded number of bytes; parts beyond that count as not there.
 */
import { joinParts, mostSnapshotBytes, type Part } from '#snapshot/parts.ts'
import type { Device } from '#sessions/device.ts'

export interface WholeSnapshot {
  readonly counter: number
  /** In hex. */
  readonly digest: string
  readonly bytes: Uint8Array
}

export interface Collector {
  /** The same envelope may come again. */
  readonly add: (envelope: Uint8Array, part: Part) => void
  /** The newest that is whole and, if asked, is not that one. */
  readonly newest: (except?: string) => WholeSnapshot | undefined
  /** Whether something is newer than what is whole: it may still be on its way. */
  readonly isExpecting: () => boolean
  /** The envelopes of all that is older, and those that hold again what others hold. */
  readonly olderThan: (whole: WholeSnapshot) => readonly Uint8Array[]
  readonly all: () => readonly Uint8Array[]
}

interface Collected {
  readonly counter: number
  readonly digest: string
  readonly parts: Map<number, Part>
  /** By id in hex. */
  readonly envelopes: Map<string, { readonly id: Uint8Array; readonly index: number }>
}

/** Enough for the newest one, the one before, and one that was left unfinished. */
const mostBytes: number = 3 * mostSnapshotBytes

export function collector(device: Pick<Device, 'primitives'>): Collector {
  const sets = new Map<string, Collected>()
  let bytes = 0

  /** The newest first. */
  const sorted = (): readonly Collected[] => [...sets.values()].sort((a, b) => compare(b, a))

  const wholeOf = ({ counter, digest, parts }: Collected): WholeSnapshot | undefined => {
    const joined = joinParts(device, [...parts.values()])
    return joined === undefined ? undefined : { counter, digest, bytes: joined }
  }

  const newest = (except?: string): WholeSnapshot | undefined => {
    for (const set of sorted()) {
      const whole = set.digest === except ? undefined : wholeOf(set)
      if (whole !== undefined) return whole
    }
    return undefined
  }

  return {
    add(envelope, part) {
      const { counter, digest, index, count, piece } = part
      const name = `${counter}/${digest}/${count}`
      const set = sets.get(name) ?? { counter, digest, parts: new Map(), envelopes: new Map() }
      if (!set.parts.has(index)) {
        if (bytes + piece.length > mostBytes) return
        bytes += piece.length
        set.parts.set(index, part)
      }
      set.envelopes.set(envelope.toHex(), { id: envelope, index })
      sets.set(name, set)
    },
    newest,
    isExpecting() {
      const [first] = sorted()
      return first !== undefined && wholeOf(first) === undefined
    },
    olderThan(whole) {
      const ids: Uint8Array[] = []
      for (const set of sets.values()) {
        const order = compare(set, whole)
        if (order > 0) continue
        const seen = new Set<number>()
        for (const { id, index } of set.envelopes.values()) {
          if (order < 0 || seen.has(index)) ids.push(id)
          seen.add(index)
        }
      }
      return ids
    },
    all: () =>
      [...sets.values()].flatMap(({ envelopes }) => [...envelopes.values()].map(({ id }) => id)),
  }
}

type Age = Pick<WholeSnapshot, 'counter' | 'digest'>

/** Of two that two devices have counted alike, the digest decides: for both of them the same. */
function compare(a: Age, b: Age): number {
  if (a.counter !== b.counter) return a.counter - b.counter
  if (a.digest === b.digest) return 0
  return a.digest < b.digest ? -1 : 1
}
