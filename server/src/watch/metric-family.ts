/**
 * @module What a catalogue of metrics says of each.
 */

export interface MetricFamily {
  readonly kind: 'counter' | 'gauge' | 'histogram'
  readonly name: string
  readonly help: string
  /** Label → its possible values; 'route template' for a label whose values are the rows of the route table. */
  readonly labels: Readonly<Record<string, readonly string[] | 'route template'>>
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[]
}
