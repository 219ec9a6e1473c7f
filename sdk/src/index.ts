/**
 * @module The package's one door.
 */
export { errorCodes, isSottoError, SottoError, type SottoErrorCode } from '#errors.ts'
export type { Clock, Randomness } from '#ports/clock.ts'
export type { HttpRequest, HttpResponse, Network, Socket, SocketHandlers } from '#ports/network.ts'
export type { Change, Range, Shelf, Storage, StoredRecord } from '#ports/storage.ts'
