/**
 * @module Where a profile rests: records by collection and id, in order, written all or nothing. The engine writes
 * nothing here that is not encrypted but the header of the vault (`vault/`), and no id that means anything to a stranger.
 *
 * `storage/contract.ts` is the suite that every storage passes.
 */

/** One record of a collection. */
export interface StoredRecord {
  readonly id: string
  readonly value: Uint8Array
}

/** One step of a write. */
export type Change =
  | {
      readonly kind: 'put'
      readonly collection: string
      readonly id: string
      readonly value: Uint8Array
    }
  | { readonly kind: 'delete'; readonly collection: string; readonly id: string }

/** Ids from `from` (included) to `before` (not included), as ASCII orders them; without one of them there is no bound. */
export interface Range {
  readonly from?: string | undefined
  readonly before?: string | undefined
  readonly order?: 'ascending' | 'descending' | undefined
  /** At least 1. */
  readonly limit: number
}

/**
 * The records of one profile. Collections are lower-case words with hyphens; ids are 1 to 256 printable ASCII
 * characters. Values are copied in and out. Whoever opens one holds it alone until it is disposed.
 */
export interface Storage extends AsyncDisposable {
  get(collection: string, id: string): Promise<Uint8Array | undefined>
  list(collection: string, range: Range): Promise<readonly StoredRecord[]>
  /**
   * All of it or nothing, in this order, durable when it resolves. Deleting what is not there is no error. Rejects with a
   * `SottoError` of code 'storage-full' or 'storage-failed', and then nothing has changed.
   */
  write(changes: readonly Change[]): Promise<void>
}

/** Every profile on this machine, each by a name that its owner chose: 1 to 32 of `a-z`, `0-9` and `-`. */
export interface Shelf {
  /** In alphabetical order. */
  names(): Promise<readonly string[]>
  /**
   * 'create' refuses a name that is taken ('profile-exists'), 'existing' one that is not there ('profile-not-found').
   * One that is open elsewhere, in this process or another, is 'profile-in-use'.
   */
  open(name: string, mode: 'create' | 'existing'): Promise<Storage>
  /** Everything of it. It must not be open. Removing what is not there is 'profile-not-found'. */
  remove(name: string): Promise<void>
}
