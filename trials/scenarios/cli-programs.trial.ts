/**
 * @module Scripts and bots: what is sent arrives, what is not says so by its exit code, and a program answers.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Child } from '#child.ts'
import { cliPerson } from '#cli-people.ts'
import { freePorts, RelayProcess, runtimePath, temporaryDirectory } from '#relay-process.ts'
import { fileURLToPath } from 'node:url'

const timeoutMillis = 120_000
const entry = fileURLToPath(new URL('../../cli/src/main.ts', import.meta.url))

const bot = `
import { createInterface } from 'node:readline'
for await (const line of createInterface({ input: process.stdin })) {
  const event = JSON.parse(line)
  if (event.event !== 'message' || event.own || event.kind !== 'text') continue
  const to = event.contact
  console.log(JSON.stringify({ action: 'send', to, text: 'echo: ' + event.text, replyTo: event.id }))
  console.log(JSON.stringify({ action: 'read', to }))
}
`

test(
  'messages of scripts arrive, and a bot answers them',
  async () => {
    const signal = AbortSignal.timeout(timeoutMillis)
    await using directory = await temporaryDirectory('cli-programs')
    const options = {
      runtime: 'bun' as const,
      dataDirectory: `${directory.path}/relay`,
      ...(await freePorts()),
    }
    let relay = await RelayProcess.start(options, signal)
    try {
      const ann = await cliPerson(directory.path, 'Ann', relay.url, 'node')
      const ben = await cliPerson(directory.path, 'Ben', relay.url, 'bun')

      // A link alone on standard output, for a script to take.
      const invited = await ann.run(['invite', '--no-wait', '--as', 'Robot'])
      expect(invited).toMatchObject({ code: 0, errors: '' })
      expect(invited.output.trim()).toMatch(/^http:\S+#i\.[\w-]+$/)

      const script = join(directory.path, 'bot.mjs')
      await writeFile(script, bot)
      // Nobody has a chat without a terminal, so the link is used by a program that has one line for it.
      const joined = await ben.run(['contacts', 'add', invited.output.trim()])
      expect(joined, joined.errors).toMatchObject({ code: 0 })
      await using running = await Child.start({
        command: runtimePath('bun'),
        arguments: [entry, 'bot', runtimePath('node'), script],
        environment: { ...ben.environment },
      })

      // They came while nobody was here.
      expect(await ann.run(['listen', '--once'])).toMatchObject({ code: 0, errors: '' })
      const sent = await ann.run(['send', 'Robot', 'ping'])
      expect(sent).toEqual({ code: 0, output: '', errors: '' })
      const listened = await ann.run(['listen', '--json', '--once'])
      expect(listened.code).toBe(0)
      const events = listened.output
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
      expect(events[0]).toMatchObject({ event: 'ready', version: 1 })
      const echoes = events.filter(
        ({ event, text }) => event === 'message' && text === 'echo: ping',
      )
      expect(echoes, running.output()).toHaveLength(1)
      expect(await running.stop('SIGTERM')).toMatchObject({ code: 130 })

      // A file goes through a pipe, and comes out of one.
      const bytes = Array.from({ length: 20_000 }, (_, line) => `line ${line}\n`).join('')
      const filed = await ann.run(['file', 'send', 'Robot', '-', '--name', 'list.txt'], bytes)
      expect(filed, filed.errors).toMatchObject({ code: 0 })
      expect(await ben.run(['listen', '--once'])).toMatchObject({ code: 0 })
      const fetched = await ben.run(['file', 'save', 'Ann', 'list.txt', '--to', '-'])
      expect(fetched).toEqual({ code: 0, output: bytes, errors: '' })

      // Both are in a channel, and each hears the other there.
      expect(await ann.run(['channel', 'create', 'Kitchen'])).toMatchObject({ code: 0, errors: '' })
      const way = await ann.run(['channel', 'invite', 'Kitchen'])
      expect(way.output).toMatch(/^http:\S+#c\.\S+\n$/)
      expect(await ben.run(['channel', 'join', way.output.trim()])).toMatchObject({ code: 0 })
      expect(await ben.run(['send', 'Kitchen', 'in the channel'])).toMatchObject({ code: 0 })
      let heardThere = ''
      while (!heardThere.includes('in the channel') && !signal.aborted) {
        heardThere += (await ann.run(['listen', '--once'])).output
      }
      expect(heardThere).toMatch(/Robot joined\.\n[^]*Robot to Kitchen: in the channel\n/)

      const doctor = await ann.run(['doctor'])
      expect(doctor.output).toContain('All is well.')
      expect(doctor.output).not.toContain('\u001b')

      await relay.stop('SIGTERM')
      const unsent = await ann.run(['send', 'Robot', '--timeout', '2s'], 'from a pipe\n')
      expect(unsent.code).toBe(3)
      expect(unsent.errors).toContain('It waits here')
      expect((await ann.run(['doctor'])).output).toContain('✗ Nobody answers at')

      // What waited goes with the next command that connects.
      relay = await RelayProcess.start(options, signal)
      expect(await ann.run(['send', 'Robot', 'after it'])).toMatchObject({ code: 0 })
      const heard = await ben.run(['listen', '--once', '--read'])
      expect(heard.output).toMatch(/Ann: from a pipe\n[^]*Ann: after it\n/)

      expect(await ann.run(['send', 'Nobody', 'x'])).toMatchObject({ code: 2, output: '' })
      expect(await ann.run(['snd'])).toMatchObject({ code: 2 })
      const found = await ann.run(['search', 'echo'])
      expect(found.output).toContain('echo: ping')
      expect(await ann.run(['search', 'nothing like it'])).toMatchObject({ code: 1 })
    } finally {
      await relay.stop('SIGKILL')
    }
  },
  timeoutMillis + 10_000,
)
