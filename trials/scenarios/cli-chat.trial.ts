/**
 * @module Two people meet and talk in two terminals, one on Bun and one on Node, through a relay that knows neither. Both
 * leave, one of them the hard way, and come back to what they said.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { type CliPerson, cliPerson } from '#cli-people.ts'
import { freePorts, RelayProcess, temporaryDirectory } from '#relay-process.ts'
import { hasTmux, TmuxTerminal } from '#tmux.ts'

const missing = hasTmux() ? '' : ' (tmux is not there)'
const timeoutMillis = 90_000

const terminalOf = (name: string, { environment }: CliPerson): Promise<TmuxTerminal> =>
  TmuxTerminal.start(name, {
    columns: 90,
    rows: 40,
    directory: '/',
    environment,
  })

describe.skipIf(missing !== '')(`two people at terminals${missing}`, () => {
  test(
    'meet by an invitation, talk, and find what they said when they come back',
    async () => {
      const signal = AbortSignal.timeout(timeoutMillis)
      await using directory = await temporaryDirectory('cli-chat')
      await using relay = await RelayProcess.start(
        { runtime: 'bun', dataDirectory: `${directory.path}/relay`, ...(await freePorts()) },
        signal,
      )
      const [ann, ben] = await Promise.all([
        cliPerson(directory.path, 'Ann', relay.url, 'bun'),
        cliPerson(directory.path, 'Ben', relay.url, 'node'),
      ])
      await using left = await terminalOf('ann', ann)
      await using right = await terminalOf('ben', ben)

      await left.line(`${ann.command} invite --as Benjamin --no-qr`)
      const [, link = ''] = await left.untilEver(/^(http:\S+#i\.\S+)$/m, signal)
      await left.until(/Waiting for them/, signal)
      await right.line(`clear; ${ben.command} chat '${link}'`)
      await right.until(/› Write to Ann/, signal)
      await left.until(/Benjamin is your contact now\./, signal)
      await left.until(/Enter opens the chat/, signal)
      await left.press('Enter')
      await left.until(/› Write to Benjamin/, signal)

      await left.line('Did the landlord answer?')
      await right.until(/Ann\n.*Did the landlord answer\? +\d\d:\d\d\n/, signal)
      await right.type('He did.')
      await right.press('C-j')
      await right.line('Two pages 👍🏽')
      await left.until(/Benjamin\n.*He did\.\n.*Two pages/, signal)
      await right.until(/Two pages .*· (?:Sent|Delivered)/, signal)

      await left.press('Tab', 'r')
      await left.until(/─ React ─/, signal)
      await left.type('1')
      await right.until(/👍 +Ann/, signal)

      // One leaves, the other is ended. Neither leaves the terminal in disorder.
      await left.press('Escape', 'C-c')
      await right.signal('TERM')
      for (const terminal of [left, right]) {
        await terminal.until(/^\$ *$/m, signal)
        expect(await terminal.isTaken()).toBe(false)
        await terminal.line('echo still a $((40 + 2))')
        await terminal.until(/still a 42/, signal)
      }

      await left.line(`clear; ${ann.command} chat Benjamin`)
      await right.line(`clear; ${ben.command} chat`)
      await left.until(/Did the landlord answer\?[^]*He did\./, signal)
      await right.until(/Did the landlord answer\?[^]*He did\.[^]*👍 +Ann/, signal)
      await right.until(/● Connected/, signal)
      await left.line('And we go on')
      await right.until(/And we go on/, signal)

      // A narrow window has one pane, and room for what is written.
      await left.resize(44, 16)
      await left.until(/^Benjamin +Not verified$/m, signal)
      await left.until(/And we go on/, signal)
    },
    timeoutMillis + 10_000,
  )

  test.each(['bun', 'node'] as const)(
    'end with the window that they are in, on %s, whatever they wait for',
    async (runtime) => {
      const signal = AbortSignal.timeout(timeoutMillis)
      await using directory = await temporaryDirectory('cli-window')
      await using relay = await RelayProcess.start(
        { runtime: 'bun', dataDirectory: `${directory.path}/relay`, ...(await freePorts()) },
        signal,
      )
      const ann = await cliPerson(directory.path, 'Ann', relay.url, runtime)
      for (const [command, shown] of [
        ['init --profile other', /Your name/],
        ['chat', /Connected|Nobody/],
        ['invite --no-qr', /Waiting for them/],
      ] as const) {
        const terminal = await terminalOf('window', ann)
        await terminal.line(`${ann.command} ${command}`)
        await terminal.until(shown, signal)
        expect(programsIn(directory.path)).toHaveLength(1)
        await terminal[Symbol.asyncDispose]()
        while (programsIn(directory.path).length > 0) {
          signal.throwIfAborted()
          await sleep(50)
        }
      }
    },
    timeoutMillis + 10_000,
  )

  test(
    'meet by six digits, and compare a code',
    async () => {
      const signal = AbortSignal.timeout(timeoutMillis)
      await using directory = await temporaryDirectory('cli-meet')
      await using relay = await RelayProcess.start(
        { runtime: 'bun', dataDirectory: `${directory.path}/relay`, ...(await freePorts()) },
        signal,
      )
      const [ann, ben] = await Promise.all([
        cliPerson(directory.path, 'Ann', relay.url, 'bun'),
        cliPerson(directory.path, 'Ben', relay.url, 'node'),
      ])
      await using left = await terminalOf('meet-ann', ann)
      await using right = await terminalOf('meet-ben', ben)
      await left.line(`${ann.command} meet`)
      const [, digits = ''] = await left.until(/sotto meet (\d{6})/, signal)
      await right.line(`${ben.command} meet ${digits}`)
      const [, code] = await left.until(/this code:\s+(\d{3} \d{3})\s/, signal)
      const [, same] = await right.until(/this code:\s+(\d{3} \d{3})\s/, signal)
      expect(same).toBe(code)
      for (const terminal of [left, right]) {
        await terminal.until(/\[y\/N\] *$/m, signal)
        await terminal.line('y')
      }
      await left.until(/Ben is your contact now, and verified\./, signal)
      await right.until(/Ann is your contact now, and verified\./, signal)
    },
    timeoutMillis + 10_000,
  )

  test(
    'a new person is shown the words once and asked for three of them',
    async () => {
      const signal = AbortSignal.timeout(timeoutMillis)
      await using directory = await temporaryDirectory('cli-init')
      await using relay = await RelayProcess.start(
        { runtime: 'bun', dataDirectory: `${directory.path}/relay`, ...(await freePorts()) },
        signal,
      )
      const other = await cliPerson(directory.path, 'Other', relay.url, 'bun')
      await using terminal = await TmuxTerminal.start('init', {
        columns: 90,
        rows: 40,
        directory: '/',
        environment: { SOTTO_HOME: `${directory.path}/new` },
      })
      await terminal.line(`${other.command} init --relay ${relay.url.origin}`)
      await terminal.until(/Your name, as others see it: *$/m, signal)
      await terminal.line('Cleo')
      await terminal.until(/New passphrase: *$/m, signal)
      await terminal.line('four words are enough')
      await terminal.until(/The same again: *$/m, signal)
      await terminal.line('four words are enough')
      await terminal.until(/Enter when they are on paper/, signal)
      const words = new Map(
        Array.from((await terminal.screen()).matchAll(/(\d+) {2}([a-z]+)/g), ([, number, word]) => [
          Number(number),
          word ?? '',
        ]),
      )
      expect(words.size).toBe(24)
      await terminal.press('Enter')
      for (let question = 1; question <= 3; question++) {
        // As many as were asked so far, and the last one without an answer.
        const asked = new RegExp(`(?:word \\d+: [a-z]+\\s+){${question - 1}}word (\\d+): *\\s*$`)
        const [, number] = await terminal.until(asked, signal)
        await terminal.line(words.get(Number(number)) ?? '')
      }
      await terminal.until(/Done\..*Nobody knows you yet/, signal)
      const everything = await terminal.everything()
      expect(everything).not.toContain('four words are enough')
      // Those that were asked back are there, and the table of all is not.
      expect(everything.match(/^ {2}word \d+: [a-z]+$/gm)).toHaveLength(3)
      expect(everything).not.toMatch(/\d {2}[a-z]+ +\d+ {2}[a-z]+/)
      expect(everything).not.toContain('Your twenty-four words')
    },
    timeoutMillis + 10_000,
  )
})

/** Whoever runs `sotto` with a home below this directory. */
function programsIn(directory: string): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8')
      return command.includes('cli/src/main.ts') && environment.includes(directory)
    } catch {
      // It has just ended.
      return false
    }
  })
}
