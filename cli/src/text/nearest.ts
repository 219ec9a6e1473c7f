/**
 * @module Which known word an unknown one was probably meant to be.
 */

/** The nearest of `words`, if it is near enough to be what was meant. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  // A third of the letters may be wrong: enough for slips, too little to suggest something unrelated.
  const enough = Math.floor(word.length / 3) + 1
  const [best] = words
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .filter(({ distance }) => distance < enough)
    .sort((a, b) => a.distance - b.distance)
  return best?.candidate
}

/** Letters to insert, to take away, to change, and neighbours to swap. */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)]
  const at = (row: number, column: number): number => rows[row]?.[column] ?? a.length + b.length
  for (let i = 1; i <= a.length; i++) {
    rows.push([i])
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      rows[i]?.push(
        Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          at(i - 1, j - 1) + change,
          isSwap ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      )
    }
  }
  return at(a.length, b.length)
}
