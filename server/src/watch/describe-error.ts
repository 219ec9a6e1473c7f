/**
 * @module What may be logged of an error that nobody foresaw. Its message can hold an id, a token, an address or a piece
 * of a request that some library put there (V8 quotes the text that JSON.parse stumbled over), so whatever could be one
 * is taken out, at the price of taking out too much.
 */

const maxChars = 200
const mask = '[…]'

/** The error's class, and its message without what could name or quote anybody. */
export function describeError(error: unknown): {
  readonly error: string
  readonly message: string
} {
  if (!(error instanceof Error)) return { error: typeof error, message: '' }
  return { error: withoutTraces(error.name), message: withoutTraces(error.message) }
}

function withoutTraces(text: string): string {
  let safe = text.slice(0, 10 * maxChars).replaceAll(/[\s\p{C}]+/gu, ' ')
  for (const quote of ['"', '`', "'"]) safe = withoutQuoted(safe, quote)
  return safe
    .replaceAll(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, mask)
    .replaceAll(/[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*/gi, mask)
    .replaceAll(/[\w+=~-]{16,}/g, (run) => (/\d/.test(run) || run.length >= 32 ? mask : run))
    .slice(0, maxChars)
}

/** From the first quote to the last, since what is quoted may hold quotes; to the end when there is only one. */
function withoutQuoted(text: string, quote: string): string {
  const first = text.indexOf(quote)
  if (first < 0) return text
  const last = text.lastIndexOf(quote)
  return text.slice(0, first) + mask + (last > first ? text.slice(last + 1) : '')
}
