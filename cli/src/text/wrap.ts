/**
 * @module Breaks prose of ours into lines: for help and pages. What people write is broken by `screen/lines.ts`, which
 * knows how wide their letters are.
 */

/** Lines of at most `columns` characters, each with `indent` before it. A longer word gets a line of its own. */
export function wrap(prose: string, columns: number, indent = ''): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of prose.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > columns) {
      lines.push(indent + line)
      line = ''
    }
    line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, indent + line]
}
