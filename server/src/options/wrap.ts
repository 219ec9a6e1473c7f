/**
 * @module Breaks prose into lines.
 */

/** Lines of at most `columns` characters, each with `indent` before it. A longer word gets a line of its own. */
export function wrap(prose: string, columns: number, indent: string): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of prose.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > columns) {
      lines.push(indent + line)
      line = ''
    }
    line = line === '' ? word : `${line} ${word}`
  }
  lines.push(indent + line)
  return lines
}
