import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { completionFor, type Shell, shells } from '#command/completion.ts'
import { type CommandName, commands } from '#command/table.ts'

const names = Object.keys(commands) as readonly CommandName[]

function isThere(shell: Shell): boolean {
  return spawnSync(shell, ['-c', 'true']).status === 0
}

/** What bash offers behind these words. */
function offers(...words: readonly string[]): readonly string[] {
  const script = `${completionFor('bash')}
COMP_WORDS=(sotto ${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
_sotto
printf '%s\\n' "\${COMPREPLY[@]}"`
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' })
  expect(status, stderr).toBe(0)
  return stdout.split('\n').filter((line) => line !== '')
}

test.each(shells.map((shell) => ({ shell, missing: isThere(shell) ? '' : ' (it is not there)' })))(
  'what $shell is given is $shell$missing',
  ({ shell, missing }) => {
    if (missing !== '') return
    const { status, stderr } = spawnSync(shell, ['-n', '-c', completionFor(shell)], {
      encoding: 'utf8',
    })
    expect(status, stderr).toBe(0)
  },
)

test.each(shells)('%s knows every command', (shell) => {
  const script = completionFor(shell)
  for (const name of names) for (const word of name.split(' ')) expect(script).toContain(word)
})

test('bash completes commands, commands of a group, flags and their words', () => {
  expect(offers('se')).toEqual(['send', 'search'])
  expect(offers('contacts', 'un')).toEqual(['unblock'])
  expect(offers('contacts', 'forget', '--y')).toEqual(['--yes'])
  expect(offers('profile', 'set', '--mode', '')).toEqual(['sealed', 'direct'])
  expect(offers('completion', 'z')).toEqual(['zsh'])
  expect(offers('help', 'ver')).toEqual(['verify'])
})
