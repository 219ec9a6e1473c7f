/**
 * @module Work that several want at the same time is done once. Who gives up does not end it for the others; when the last
 * one has given up, it ends too.
 */

interface Running<Result> {
  readonly result: Promise<Result>
  readonly controller: AbortController
  waiting: number
}

/** `work` may look at its signal; whatever it does then is nobody's any more. */
export function sharedWork<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
): (signal: AbortSignal) => Promise<Result> {
  let running: Running<Result> | undefined

  function begin(): Running<Result> {
    const controller = new AbortController()
    const begun: Running<Result> = { result: work(controller.signal), controller, waiting: 0 }
    const over = (): void => {
      if (running === begun) running = undefined
    }
    begun.result.then(over, over)
    return begun
  }

  return (signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason)
        return
      }
      const joined = (running ??= begin())
      joined.waiting++
      const leave = (): void => {
        reject(signal.reason)
        if (--joined.waiting > 0) return
        if (running === joined) running = undefined
        joined.controller.abort(signal.reason)
      }
      // Beginning it may have been what made the caller give up.
      if (signal.aborted) leave()
      signal.addEventListener('abort', leave, { once: true })
      const settled = (): void => signal.removeEventListener('abort', leave)
      joined.result.then(
        (result) => {
          settled()
          resolve(result)
        },
        (error: unknown) => {
          settled()
          reject(error)
        },
      )
    })
}
