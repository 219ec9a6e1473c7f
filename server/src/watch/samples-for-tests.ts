/**
 * @module Reads the text format of Prometheus back, for the tests of metrics.
 */

/** `name{label="value"}` → its figure. */
export function samplesOf(text: string): Map<string, number> {
  const samples = new Map<string, number>()
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const [, series, figure] = /^(\S+(?:\{.*\})?) (\S+)$/.exec(line) ?? []
    if (series === undefined || figure === undefined) throw new Error(`no sample: ${line}`)
    samples.set(series, Number(figure))
  }
  return samples
}
