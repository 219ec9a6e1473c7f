/**
 * @module What a command says when it cannot do what was asked: sentences for a person, and how it ends.
 */
import type { Ending } from '#exit-codes.ts'

export class Refusal extends Error {
  readonly ending: Ending

  /** What happened, and on lines of their own what to do. */
  constructor(text: string, ending: Ending = 'failed') {
    super(text)
    this.name = 'Refusal'
    this.ending = ending
  }
}
