/**
 * @module What the tests of a mutant know as the portable provider.
 */
import type { Primitives } from '@sotto/primitives'
import { openNodePrimitives } from '@sotto/primitives/provider/node'

export const noblePrimitives: Primitives = await openNodePrimitives()
