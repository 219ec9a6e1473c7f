/**
 * @module What a browser loads: the protocol and its fastest provider.
 */
export * from '@sotto/signal'
export { openPrimitives } from '@sotto/primitives/provider'
