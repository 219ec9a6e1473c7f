/**
 * @module `npm run types`: the type checker over every tsconfig of the repository, each with the libraries that its
 * files may know. Two at a time: the checker itself uses several cores.
 */
import { listFiles } from './repository.ts'
import { runCommand } from './verify/run-command.ts'

const limitSeconds = 100
const interrupted = new AbortController()
process.once('SIGINT', () => interrupted.abort())
process.once('SIGTERM', () => interrupted.abort())

/** AssemblyScript looks like TypeScript and is not: its own compiler checks it when the tests build it. */
const assembly = 'primitives/assembly/'

const projects = listFiles().filter(
  (path) => /(^|\/)tsconfig(\.portable)?\.json$/.test(path) && !path.startsWith(assembly),
)

let failed = false
const queue = projects.values()
const worker = async (): Promise<void> => {
  for (const project of queue) {
    const { exitCode, output } = await runCommand(
      ['tsc', '--noEmit', '--pretty', 'false', '-p', project],
      limitSeconds,
      interrupted.signal,
    )
    if (exitCode === 0) continue
    failed = true
    console.error(`${project}\n${output}`)
  }
}
await Promise.all([worker(), worker()])
process.exitCode = failed ? 1 : 0
