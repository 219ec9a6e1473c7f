/**
 * @module The worker that measures one case in a browser.
 */
import { openPrimitives } from '@sotto/primitives/provider'
import { sottoCases, type CaseName } from './cases.ts'
import { measure, type Rounds } from './measure.ts'

declare const self: {
  postMessage(message: Rounds): void
  onmessage: ((event: { readonly data: CaseName }) => void) | null
}

self.onmessage = ({ data }) => {
  void (async () => {
    const primitives = await openPrimitives()
    const micros = await measure(data, sottoCases(primitives))
    self.postMessage({ provider: primitives.name, micros })
  })()
}
