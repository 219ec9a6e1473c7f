/**
 * @module `npm test`: everything that must hold before a change goes in. The last line is `N passed, N failed`.
 *
 *     npm test                     all steps
 *     npm test -- lint types       these alone
 *     npm test -- --bail           stop at the first that fails
 */
import { parseArgs } from 'node:util'
import { steps } from './verify/steps.ts'
import { verify } from './verify/verify.ts'

const { values, positionals } = parseArgs({
  options: { bail: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const names = steps.map(({ name }) => name)
const unknown = positionals.find((name) => !names.includes(name))
if (unknown === undefined) {
  const chosen =
    positionals.length === 0 ? steps : steps.filter(({ name }) => positionals.includes(name))
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort())
  process.once('SIGTERM', () => interrupted.abort())
  const { failed } = await verify(chosen, (text) => console.log(text), {
    bail: values.bail,
    signal: interrupted.signal,
  })
  process.exitCode = failed === 0 ? 0 : 1
} else {
  console.error(`Cannot verify '${unknown}': the steps are ${names.join(', ')}`)
  process.exitCode = 2
}
