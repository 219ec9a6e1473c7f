/**
 * @module The package's one door.
 */
export { errorCodes, isSottoError, SottoError, type SottoErrorCode } from '#errors.ts'
export type { Clock, Randomness } from '#ports/clock.ts'
export type { HttpRequest, HttpResponse, Network, Socket, SocketHandlers } from '#ports/network.ts'
export type { Change, Range, Shelf, Storage, StoredRecord } from '#ports/storage.ts'
export type { LiveLogin } from '#relay/live/connection.ts'
export type { LiveEnvelope, LiveHandlers, LiveState } from '#relay/live/events.ts'
export { addressOfReadingKey } from '#relay/live/watched.ts'
export { LiveRelay, type LiveRelayOptions } from '#relay/live.ts'
export {
  createObliviousRelay,
  type ObliviousRelay,
  type ObliviousRelayOptions,
} from '#relay/oblivious.ts'
export { relayOrigin, type RelayOrigin } from '#relay/relay-origin.ts'
