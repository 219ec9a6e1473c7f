/**
 * @module Every limit and size of the protocol, each with where it comes from. "libsignal" means: observed in
 * libsignal-client 0.103, and held to by the differential tests.
 */

/** The session version that this package speaks, in the high nibble of a message's first byte. libsignal. */
export const sessionVersion = 4

/** The version of group messages. libsignal. */
export const senderKeyVersion = 3

/** What is kept of the HMAC of a ratchet message. libsignal. */
export const messageMacBytes = 8

/** How far a chain may jump ahead for one message: Double Ratchet, sender keys, SPQR. libsignal. */
export const maxForwardJump = 25_000

/**
 * The same between devices of one account, which may have been apart for long. libsignal sets no limit here, so that a
 * forged message costs its reader as much work as its author likes; this is some seconds of it. Ours.
 */
export const maxSelfForwardJump = 250_000

/** Keys kept for messages that have not come yet: a receiving chain, a sender key, an SPQR epoch. libsignal. */
export const maxSkippedKeys = 2000

/** Receiving chains kept in a session; a message of an older one cannot be read. libsignal. */
export const maxReceiverChains = 5

/** Sessions kept behind the current one. libsignal. */
export const maxArchivedSessions = 40

/** Sender keys kept for one sender in one group. libsignal. */
export const maxSenderKeyStates = 5

/** A session whose first message nobody answered may be used for so long. libsignal. */
export const unacknowledgedSessionMillis = 30 * 24 * 60 * 60 * 1000

/** Registration ids are 14 bits (sealed sender, version 2). libsignal. */
export const maxRegistrationId = 0x3fff

/** Device ids are 1 to this. libsignal. */
export const maxDeviceId = 127

/** Prekey ids are 24 bits where libsignal's server keeps them; uint32 on the wire. */
export const maxPrekeyId = 0xffffff

/** Hashes of a safety number, half of it. libsignal. */
export const fingerprintIterations = 5200
export const maxFingerprintIterations = 1_000_000
