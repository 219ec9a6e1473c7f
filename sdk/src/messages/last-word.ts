/**
 * @module Which word is the last one, when clocks are wrong. Whoever changes what was changed before says a later time than
 * that, whatever their clock shows; so of two words of one author the later one counts, and of two people, too, the one
 * that knew of the other.
 */

/** There is a later moment than this, whoever says what. */
const farMillis = Date.UTC(9000, 0, 1)

/** When something is said that was said before. */
export function laterThan(lastMillis: number | undefined, nowMillis: number): number {
  return lastMillis === undefined ? nowMillis : Math.max(nowMillis, lastMillis + 1)
}

/** A time that somebody else says, where everybody's times count: they cannot have the last word for ever. */
export function boundedMoment(saidMillis: number): number {
  return Math.min(saidMillis, farMillis)
}
