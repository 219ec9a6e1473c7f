/**
 * @module What a relay has reported that should never be: lines of its log at level error, in either of its formats.
 */

const errorLine = /^\S+ \S+ error |"level":"error"/

export function errorsIn(output: string): readonly string[] {
  return output.split('\n').filter((line) => errorLine.test(line))
}
