/**
 * @module Latencies in a fixed number of buckets: exact to a microsecond below 256 µs, to 0.8 % above, and of the same
 * size after a thousand requests and after a billion.
 *
 * | value in µs | bucket |
 * |---|---|
 * | 0–255 | the value |
 * | 2^e … 2^(e+1) − 1, e ≥ 8 | 256 + 128 (e − 8) + the 7 bits behind the leading one |
 */

const exactBuckets = 256
const perOctave = 128
const maxMicros = 2 ** 31 - 1
const bucketCount = exactBuckets + perOctave * (31 - 8)

export class Histogram {
  readonly #buckets = new Float64Array(bucketCount)
  #count = 0
  #sumMillis = 0
  #maxMillis = 0

  get count(): number {
    return this.#count
  }

  get maxMillis(): number {
    return this.#maxMillis
  }

  get meanMillis(): number {
    return this.#count === 0 ? 0 : this.#sumMillis / this.#count
  }

  record(millis: number): void {
    const micros = Math.min(Math.max(Math.round(millis * 1000), 0), maxMicros)
    const bucket = bucketOf(micros)
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1
    this.#count++
    this.#sumMillis += millis
    if (millis > this.#maxMillis) this.#maxMillis = millis
  }

  merge(other: Histogram): void {
    for (let i = 0; i < bucketCount; i++) {
      this.#buckets[i] = (this.#buckets[i] ?? 0) + (other.#buckets[i] ?? 0)
    }
    this.#count += other.#count
    this.#sumMillis += other.#sumMillis
    this.#maxMillis = Math.max(this.#maxMillis, other.#maxMillis)
  }

  /** The latency that `fraction` of all did not exceed (nearest rank); 0 when there are none. */
  percentileMillis(fraction: number): number {
    const rank = Math.max(Math.ceil(this.#count * fraction), 1)
    let seen = 0
    for (let i = 0; i < bucketCount; i++) {
      seen += this.#buckets[i] ?? 0
      if (seen >= rank) return Math.min(middleOf(i) / 1000, this.#maxMillis)
    }
    return 0
  }
}

function bucketOf(micros: number): number {
  if (micros < exactBuckets) return micros
  const exponent = 31 - Math.clz32(micros)
  return exactBuckets + perOctave * (exponent - 8) + (micros >> (exponent - 7)) - perOctave
}

function middleOf(bucket: number): number {
  if (bucket < exactBuckets) return bucket
  const exponent = 8 + Math.floor((bucket - exactBuckets) / perOctave)
  const width = 2 ** (exponent - 7)
  const mantissa = perOctave + ((bucket - exactBuckets) % perOctave)
  return mantissa * width + (width - 1) / 2
}
