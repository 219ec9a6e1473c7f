/**
 * @module `bun trials/bench-cli/main.ts`: how long `sotto chat` takes until it asks for the passphrase, and from there until
 * one can write, with a long history. A terminal of its own is needed (`script` of util-linux); everything ends by itself
 * and leaves nothing behind.
 *
 * `--messages N` (100000), `--conversations N` (50), `--rounds N` (7)
 */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { seedProfile } from '#bench-cli/seed.ts'
import { type Runtime, runtimePath, temporaryDirectory } from '#relay-process.ts'

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '100000' },
    conversations: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '7' },
  },
})
const passphrase = 'four words are enough'
const entry = fileURLToPath(new URL('../../cli/src/main.ts', import.meta.url))
const limitMillis = 30_000

await using directory = await temporaryDirectory('bench-cli')
const began = performance.now()
await seedProfile({
  home: directory.path,
  passphrase,
  messages: Number(values.messages),
  conversations: Number(values.conversations),
})
console.log(
  `${values.messages} messages in ${values.conversations} conversations, written in ` +
    `${((performance.now() - began) / 1000).toFixed(0)} s`,
)
for (const runtime of ['bun', 'node'] as const) {
  const rounds: Round[] = []
  for (let i = 0; i < Number(values.rounds); i++) rounds.push(await measure(runtime))
  const asked = median(rounds.map(({ askedMillis }) => askedMillis))
  const shown = median(rounds.map(({ shownMillis }) => shownMillis))
  console.log(
    `${runtime.padEnd(5)} asks for the passphrase after ${asked.toFixed(0)} ms (wanted: 500), ` +
      `and shows the conversation ${shown.toFixed(0)} ms after it was typed`,
  )
}

interface Round {
  readonly askedMillis: number
  readonly shownMillis: number
}

async function measure(runtime: Runtime): Promise<Round> {
  const start = performance.now()
  const command = `${runtimePath(runtime)} ${entry} chat --home ${directory.path}`
  const child = spawn('script', ['-qfec', command, '/dev/null'], { stdio: 'pipe' })
  const closed = new Promise((resolve) => child.once('close', resolve))
  const late = setTimeout(() => child.kill('SIGKILL'), limitMillis)
  let output = ''
  let wanted: { readonly text: string; readonly resolve: () => void } | undefined
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    output += piece
    if (wanted !== undefined && output.includes(wanted.text)) wanted.resolve()
  })
  const until = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      wanted = { text, resolve }
      void closed.then(() => reject(new Error(`Cannot see "${text}"\n${output}`)))
    })
  await until('Passphrase of main: ')
  const asked = performance.now()
  child.stdin.write(`${passphrase}\r`)
  await until('Write to ')
  const shown = performance.now()
  child.stdin.write('\u0003')
  await closed
  clearTimeout(late)
  return { askedMillis: asked - start, shownMillis: shown - asked }
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}
