/**
 * @module `call`. A step of setting up a call: offer, answer, candidates, the end. It travels sealed like all content,
 * never as a signal that the relay can read.
 */
import { bytes, text } from '#live/kinds.ts'
import { field } from '#live/schema.ts'
import { content } from '#content/kinds.ts'
import { maxCallPayloadBytes, maxCallStepCharacters } from '#content/limits.ts'

export const call = content('call', 'A step of setting up a call, or of ending it.', {
  call: field(bytes(16), 'Which call: drawn at random by who begins it.'),
  step: field(text(maxCallStepCharacters), 'Which step. An unknown one is ignored.'),
  payload: field(bytes(0, maxCallPayloadBytes), 'What the step needs.'),
})
