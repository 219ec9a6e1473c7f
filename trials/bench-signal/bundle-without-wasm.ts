/**
 * @module The protocol with the provider that is JavaScript alone.
 */
export * from '@sotto/signal'
export { noblePrimitives } from '@sotto/primitives/provider/noble'
