/**
 * @module What goes wrong in this relay, as an answer: never with a word of it.
 */
import { StoreError, type StoreErrorCode } from '#store/store.ts'
import type { Events } from '#watch/events.ts'
import { failed, failedForNow, type ActionReply } from '#door/vauchi/reply.ts'

/** What a broken store looks like from outside. */
const storeReplies: Readonly<Record<StoreErrorCode, ActionReply>> = {
  busy: failedForNow(503, 'server busy', 1),
  'disk-full': failedForNow(507, 'storage full', 1),
  unusable: failedForNow(503, 'storage unavailable', 1),
  closed: failedForNow(503, 'server shutting down', 1),
}

/** `route` is its template, for the log. */
export function broken(
  events: Pick<Events, 'requestFailed' | 'storeFailed'>,
  route: string,
  error: unknown,
): ActionReply {
  if (error instanceof StoreError) {
    events.storeFailed(error.code)
    return storeReplies[error.code]
  }
  events.requestFailed(route, error)
  return failed(500, 'internal error')
}
