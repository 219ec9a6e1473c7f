/**
 * @module `nothing`. So that others who watch see something travel.
 */
import { content } from '#content/kinds.ts'

export const nothing = content(
  'nothing',
  'Says nothing, so that who watches sees something travel.',
  {},
)
