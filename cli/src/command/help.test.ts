import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { flagName } from '#command/command.ts'
import { helpText } from '#command/help.ts'
import { cliPage } from '#command/page.ts'
import { parse } from '#command/parse.ts'
import { type CommandName, commands, families } from '#command/table.ts'
import { actions, events } from '#lines/described.ts'

const names = Object.keys(commands) as readonly CommandName[]

test('help names every command, and fits into 80 columns', () => {
  const text = helpText(undefined)
  for (const name of names) expect(text).toContain(`  ${name.split(' ', 1)[0]}`)
  expect(text.split('\n').length).toBeLessThan(52)
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
})

test.each(names)('help of "%s" names its flags and arguments', (name) => {
  const text = helpText(name)
  expect(text).toContain(`Usage: sotto ${name}`)
  for (const key of Object.keys(commands[name].flags)) expect(text).toContain(flagName(key))
  for (const key of Object.keys(commands[name].args)) expect(text).toContain(key.toUpperCase())
  expect(text.split('\n').filter((line) => line.length > 100)).toEqual([])
})

test('every family of commands has a line, and every line a family', () => {
  const first = names
    .filter((name) => name.includes(' '))
    .map((name) => name.split(' ', 1)[0] ?? '')
  const alone = names.filter((name) => !name.includes(' '))
  const needed = [...new Set(first)].filter((word) => !alone.some((name) => name === word))
  expect(Object.keys(families).toSorted()).toEqual(needed.toSorted())
})

test('help of a group lists what is in it', () => {
  expect(helpText('contacts')).toContain('contacts block')
  expect(helpText('contacts')).not.toContain('profile list')
})

test.each(names)('the examples of "%s" are lines that it understands', (name) => {
  for (const { line } of commands[name].examples ?? []) {
    const own = /(?:^|\| |<\()sotto ([^|<>)]*)/.exec(line)?.[1] ?? ''
    const argv = Array.from(
      own.matchAll(/"([^"]*)"|(\S+)/g),
      ([, quoted, bare]) => quoted ?? bare ?? '',
    )
    expect(parse(argv), line).toMatchObject({ kind: 'run', line: { name } })
  }
})

test('docs/cli.md is the page of this table', () => {
  const page = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8')
  expect(page, 'Write it again: bun tools/cli-page.ts').toBe(cliPage())
})

test('the page has every command, event and action', () => {
  for (const name of names) expect(cliPage()).toContain(`### \`sotto ${name}\``)
  for (const { name } of events) expect(cliPage()).toContain(`### event \`${name}\``)
  for (const { name } of actions) expect(cliPage()).toContain(`### action \`${name}\``)
})
