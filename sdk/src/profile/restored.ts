/**
 * @module What a profile came back from, until the messenger has done what follows from it. Written with the profile, in
 * its last write.
 */
import { cell } from '#state/table.ts'

export type Restored =
  /** The 24 words alone: contacts may be in a snapshot at the relay (`snapshot/`). */
  | { readonly kind: 'phrase' }
  /** A backup: sessions begin anew (`backup/begin-anew.ts`), with those contacts that come behind this one. */
  | { readonly kind: 'backup'; readonly behind?: string | undefined }

export const restored = cell<Restored>('self', 'restored')
