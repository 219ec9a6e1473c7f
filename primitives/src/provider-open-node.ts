/**
 * @module `@sotto/primitives/provider` on Node and Bun.
 */
export type * from '#provider.ts'
export { openNodePrimitives as openPrimitives } from '#provider-node.ts'
