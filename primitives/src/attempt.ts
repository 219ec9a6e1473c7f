/**
 * @module Turning what libraries throw about a peer's input into a refusal.
 */

/** Only for input whose form has been checked, so that nothing but a refusal can be thrown. */
export function attempt<Result>(action: () => Result): Result | undefined {
  try {
    return action()
  } catch {
    return undefined
  }
}
