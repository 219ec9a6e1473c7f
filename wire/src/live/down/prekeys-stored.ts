/**
 * @module `prekeys_stored`. The keys are published.
 */
import { message } from '#live/schema.ts'

export const prekeysStored = message('prekeys_stored', 'The keys are published.', {})
