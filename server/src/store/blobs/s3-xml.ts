/**
 * @module The little XML that S3 speaks in lists, receipts and errors: flat, without attributes on what we read. Names
 * are searched, not parsed, so that hostile text costs one pass at most.
 */

/** The insides of every `<name>…</name>`, in order. */
export function elements(xml: string, name: string): readonly string[] {
  const opening = `<${name}>`
  const closing = `</${name}>`
  const found: string[] = []
  for (let from = 0; ;) {
    const start = xml.indexOf(opening, from)
    if (start < 0) return found
    const end = xml.indexOf(closing, start)
    if (end < 0) return found
    found.push(xml.slice(start + opening.length, end))
    from = end + closing.length
  }
}

/** The text of the first `<name>…</name>`; undefined when there is none. */
export function text(xml: string, name: string): string | undefined {
  const start = xml.indexOf(`<${name}>`)
  if (start < 0) return undefined
  const end = xml.indexOf(`</${name}>`, start)
  return end < 0 ? undefined : unescape(xml.slice(start + name.length + 2, end))
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
}

function unescape(escaped: string): string {
  return escaped.replace(
    /&(#\d{1,7}|#x[0-9a-fA-F]{1,6}|\w{2,4});/g,
    (whole: string, name: string) => {
      if (!name.startsWith('#')) return entities[name] ?? whole
      const code = name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole
    },
  )
}

export function escapeXml(plain: string): string {
  return plain.replace(
    /[&<>]/g,
    (character) => `&${character === '&' ? 'amp' : character === '<' ? 'lt' : 'gt'};`,
  )
}
