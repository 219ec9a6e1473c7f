/**
 * @module The books of a crash trial: what was written, what the relay said it has, what arrived, and every way in which
 * these can disagree.
 *
 * A sender writes one letter at a time and goes on only when it is answered. So a letter that was answered must arrive;
 * and when number n arrives first, n − 1 must have arrived before.
 */
import { type Letter, readLetter } from '#crash/letters.ts'

export interface Arrival {
  readonly recipient: number
  readonly envelopeId: string
  readonly content: Uint8Array
  /** The envelope was acknowledged so long before its connection ended that the relay must have it on disk. */
  readonly wasSettled: boolean
}

interface Correspondence {
  /** The next number to write. */
  attempted: number
  /** Answered so far. */
  acknowledged: number
  /** The next number to arrive for the first time. */
  expected: number
  readonly idByNumber: Map<number, string>
}

/** Enough to see what is wrong; a relay that loses everything would fill the screen. */
const maxFaults = 50

export class Ledger {
  readonly #correspondences = new Map<string, Correspondence>()
  readonly #letterById = new Map<string, string>()
  readonly #servedKeys = new Map<string, number>()
  readonly #uploadedKeys = new Set<string>()
  readonly #faults: string[] = []
  #arrivals = 0
  #repeats = 0
  #bundlesWithout = 0

  get faults(): readonly string[] {
    return this.#faults
  }

  get arrivals(): number {
    return this.#arrivals
  }

  /** Envelopes that came again, as they may when an acknowledgement was not yet on disk. */
  get repeats(): number {
    return this.#repeats
  }

  get keysServed(): number {
    return this.#servedKeys.size
  }

  get bundlesWithout(): number {
    return this.#bundlesWithout
  }

  /** The next letter of these two. It counts as written from now on, answered or not. */
  write(sender: number, recipient: number): Letter {
    const number = this.#of(sender, recipient).attempted++
    return { sender, recipient, number }
  }

  acknowledge({ sender, recipient, number }: Letter): void {
    this.#of(sender, recipient).acknowledged = number + 1
  }

  arrive({ recipient, envelopeId, content, wasSettled }: Arrival): void {
    this.#arrivals++
    const letter = readLetter(content)
    if (letter === undefined) return this.fault(`An envelope of ${content.length} bytes is damaged`)
    const { sender, number } = letter
    const text = `letter ${number} of sender ${sender} to recipient ${letter.recipient}`
    if (letter.recipient !== recipient) this.fault(`${text} came to recipient ${recipient}`)
    const correspondence = this.#of(sender, letter.recipient)
    if (number >= correspondence.attempted) return this.fault(`${text} was never written`)
    const known = correspondence.idByNumber.get(number)
    if (known !== undefined) {
      this.#repeats++
      if (known !== envelopeId) this.fault(`${text} came with two ids`)
      else if (wasSettled) this.fault(`${text} came again long after it was acknowledged`)
      return
    }
    const other = this.#letterById.get(envelopeId)
    if (other !== undefined) this.fault(`${text} has the id of ${other}`)
    this.#letterById.set(envelopeId, text)
    correspondence.idByNumber.set(number, envelopeId)
    if (number !== correspondence.expected) {
      this.fault(`${text} came when number ${correspondence.expected} was next`)
    }
    correspondence.expected = Math.max(correspondence.expected, number + 1)
  }

  uploadKey(key: string): void {
    this.#uploadedKeys.add(key)
  }

  serveKey(key: string | undefined): void {
    if (key === undefined) return void this.#bundlesWithout++
    const times = (this.#servedKeys.get(key) ?? 0) + 1
    this.#servedKeys.set(key, times)
    if (times > 1) this.fault(`A one-time key was served ${times} times`)
    if (!this.#uploadedKeys.has(key)) this.fault('A one-time key was served that nobody uploaded')
  }

  /** How many letters were answered in all. */
  acknowledged(): number {
    let total = 0
    for (const { acknowledged } of this.#correspondences.values()) total += acknowledged
    return total
  }

  /** How many answered letters have not arrived. */
  missing(): number {
    let total = 0
    for (const correspondence of this.#correspondences.values()) {
      total += lostNumbers(correspondence).length
    }
    return total
  }

  /** To be called at the end, when all must have arrived. */
  close(): void {
    for (const [pair, correspondence] of this.#correspondences) {
      for (const number of lostNumbers(correspondence)) {
        this.fault(`LOST: letter ${number} of ${pair} was answered and never came`)
      }
    }
  }

  fault(text: string): void {
    if (this.#faults.length < maxFaults) this.#faults.push(text)
  }

  #of(sender: number, recipient: number): Correspondence {
    const pair = `sender ${sender} to recipient ${recipient}`
    let found = this.#correspondences.get(pair)
    if (found === undefined) {
      found = { attempted: 0, acknowledged: 0, expected: 0, idByNumber: new Map() }
      this.#correspondences.set(pair, found)
    }
    return found
  }
}

function lostNumbers({ acknowledged, idByNumber }: Correspondence): readonly number[] {
  // Numbers arrive without gaps, or a fault says so: the sizes tell in nearly every case.
  if (idByNumber.size >= acknowledged) return []
  const lost: number[] = []
  for (let number = 0; number < acknowledged; number++) {
    if (!idByNumber.has(number)) lost.push(number)
  }
  return lost
}
