/**
 * @module Nominal types. A branded value has been checked once, at the door that made it.
 */
declare const brand: unique symbol

/** A `T` that was parsed into a `B`; plain `T` does not pass for it. */
export type Brand<T, B extends string> = T & { readonly [brand]: B }
