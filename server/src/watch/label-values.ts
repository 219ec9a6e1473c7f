/**
 * @module The closed sets that labels and log fields take their values from.
 */

export const labelValues = {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'OTHER'],
  statusClasses: ['1xx', '2xx', '3xx', '4xx', '5xx'],
  tiers: ['auth', 'standard', 'live', 'live-login'],
  login: ['accepted', 'refused', 'busy'],
  session: ['refreshed', 'refused', 'reused', 'ended'],
  /** With a one-time key; without, as none is left; without, as the owner's allowance is used up. */
  prekeys: ['with-one-time', 'without', 'metered'],
  message: ['stored', 'duplicate', 'mailbox-full', 'storage-full', 'unknown-mailbox'],
  expiring: ['envelopes', 'sessions', 'attachments', 'channels', 'proofs', 'offers'],
  closed: [
    /** The client said goodbye. */
    'client',
    /** The connection broke off, or did not answer a ping. */
    'lost',
    'silent',
    /** The client broke the protocol, did not log in, or sent far too much. */
    'protocol',
    'taken-over',
    'session-ended',
    /** The account opened more sockets than it may have: its oldest went. */
    'displaced',
    'store-failed',
    'shutdown',
    /** The client does not read, and too much waits for it. */
    'too-slow',
  ],
  gatewayRefused: [
    'no-token',
    'bad-token',
    'no-upgrade',
    'relay-full',
    'address-full',
    'foreign-origin',
    'stopping',
  ],
  /** Why a message on the live door was answered with an error. */
  liveRefused: [
    'malformed',
    'not-logged-in',
    'rate-limited',
    'too-large',
    'not-allowed',
    'not-there',
    'full',
    'unavailable',
  ],
  mediaFrames: ['relayed', 'limited'],
  attachment: ['stored', 'served', 'too-large', 'broken', 'timeout', 'no-room', 'busy', 'unknown'],
  damaged: ['envelope', 'attachment', 'account', 'prekey', 'channel-message'],
  storeFailure: ['busy', 'disk-full', 'unusable', 'closed'],
  component: ['database', 'storage'],
} as const

export type Label<K extends keyof typeof labelValues> = (typeof labelValues)[K][number]
