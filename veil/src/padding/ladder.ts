/**
 * @module Sizes that say less: everything is made as long as the next step of a ladder.
 */

/** A ladder: its steps in bytes, rising, and how it goes on above the last one, if it does. */
export interface Ladder {
  readonly steps: readonly number[]
  /** Above the last step every multiple of this is one too. */
  readonly thenMultiplesOf?: number
}

/** The smallest step that holds so many bytes. Undefined when the ladder ends below. */
export function stepFor(ladder: Ladder, bytes: number): number | undefined {
  const step = ladder.steps.find((candidate) => bytes <= candidate)
  if (step !== undefined || ladder.thenMultiplesOf === undefined) return step
  return Math.ceil(bytes / ladder.thenMultiplesOf) * ladder.thenMultiplesOf
}

export function isStep(ladder: Ladder, bytes: number): boolean {
  return stepFor(ladder, bytes) === bytes
}
