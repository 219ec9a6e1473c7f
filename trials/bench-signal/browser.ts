/**
 * @module The worker that measures in a browser.
 */
import { openPrimitives } from '@sotto/primitives/provider'
import { caseNames, sottoCases, type CaseName } from './cases.ts'
import { measure } from './measure.ts'

declare const self: {
  postMessage(message: unknown): void
  onmessage: ((event: { readonly data: readonly CaseName[] }) => void) | null
}

self.onmessage = ({ data }) => {
  void (async () => {
    const primitives = await openPrimitives()
    const cases = sottoCases(primitives)
    const only = data.length === 0 ? caseNames : data
    self.postMessage(
      await measure('Chromium', { provider: primitives.name, cases }, undefined, only),
    )
  })()
}
