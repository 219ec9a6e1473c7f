/**
 * @module What comes of a request to the oblivious door, apart from errors.
 */

export type SendOutcome =
  { readonly kind: 'accepted' } | { readonly kind: 'mailbox-full' } | { readonly kind: 'too-large' }

/**
 * `accepted` of the payloads were, from the front; those behind them were not.
 *
 * | kind | those behind |
 * |---|---|
 * | 'all' | found no room in this request: ask again, at once |
 * | 'mailbox-full' | found no room in the mailbox |
 * | 'rate' | were too many, or the relay lacked room or time: ask again, later |
 * | 'too-large' | begin with one that fits into no request |
 */
export type SendManyOutcome =
  | { readonly kind: 'all' | 'mailbox-full' | 'too-large'; readonly accepted: number }
  | { readonly kind: 'rate'; readonly accepted: number; readonly retryAfterMillis: number }

/** As they were published; nothing is verified here. */
export interface FoundKeys {
  readonly kind: 'found'
  readonly device: number
  readonly bundle: Uint8Array
  readonly oneTime: Uint8Array | undefined
  readonly kemOneTime: Uint8Array | undefined
  /** One-time keys are withheld because too many were asked for. */
  readonly metered: boolean
  /** The list of devices, signed by the identity. */
  readonly devices: Uint8Array | undefined
}

export type KeysOutcome = FoundKeys | { readonly kind: 'no-keys' }

export type PutOutcome =
  | { readonly kind: 'stored'; readonly id: string; readonly expiresAtMillis: number }
  | { readonly kind: 'too-large' }

export type GetOutcome =
  { readonly kind: 'found'; readonly bytes: Uint8Array } | { readonly kind: 'not-found' }

export interface Offer {
  /** Six digits. */
  readonly code: string
  /** Nobody completes without it. */
  readonly completionToken: string
}

/** 'wrong-code': unknown, expired, or used. */
export type ClaimOutcome =
  { readonly kind: 'claimed'; readonly payload: Uint8Array } | { readonly kind: 'wrong-code' }

export type CompleteOutcome =
  | { readonly kind: 'completed'; readonly response: Uint8Array }
  | { readonly kind: 'not-claimed' }
  | { readonly kind: 'wrong-code' }
