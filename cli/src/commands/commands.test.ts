import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { passphrase, quickHash, relay, TestPerson } from '#commands/context-for-tests.ts'
import type { FakeTerminal } from '#terminal/fake-terminal.ts'

/** The words that were shown, by number. */
function wordsIn({ said }: FakeTerminal): ReadonlyMap<string, string> {
  return new Map(
    Array.from(said.join('\n').matchAll(/(\d+) {2}([a-z]+)/g), ([, number = '', word = '']) => [
      number,
      word,
    ]),
  )
}

function phraseOf(terminal: FakeTerminal): string {
  return [...wordsIn(terminal)]
    .toSorted(([a], [b]) => Number(a) - Number(b))
    .map(([, word]) => word)
    .join(' ')
}

describe('init', () => {
  test('shows 24 words, asks three of them back, and again when they are wrong', async () => {
    await using person = await TestPerson.create()
    const known = (question: string, terminal: FakeTerminal): string =>
      wordsIn(terminal).get(/\d+/.exec(question)?.[0] ?? '') ?? ''
    const passphrases = ['short', passphrase, 'another one', passphrase, passphrase]
    const wrong = ['no', known, known]
    const { ending, terminal } = await person.run(
      ['init', '--relay', relay],
      ['Ann', ...passphrases, '', ...wrong, '', '', known, known, known],
    )
    expect(ending).toBe('ok')
    expect(terminal.answers).toEqual([])
    expect(terminal.complaints).toEqual([
      'It needs 12 characters at least. Four or five words are easy to keep.',
      'The two are not the same. Once more.',
    ])
    expect(terminal.said.filter((line) => line.startsWith('Not quite.'))).toHaveLength(1)
    expect(wordsIn(terminal).size).toBe(24)
  })

  test('keeps to what the flags say, and asks nothing that it knows', async () => {
    await using person = await TestPerson.create()
    const argv = ['init', '--no-quiz', '--name', 'Ann', '--relay', relay]
    const { ending, terminal, text } = await person.run(argv, [passphrase, passphrase])
    expect(ending).toBe('ok')
    expect(terminal.questions).toEqual(['New passphrase: ', 'The same again: '])
    expect(wordsIn(terminal).size).toBe(24)
    expect(text).toContain('sotto invite')
    const again = await person.run(argv, [passphrase, passphrase])
    expect(again.refusal).toContain('There is a profile called "main" on this machine already.')
  })

  test('refuses a passphrase file that others can read', async () => {
    await using person = await TestPerson.create()
    const path = join(person.home, 'passphrase')
    await writeFile(path, `${passphrase}\n`, { mode: 0o644 })
    const ran = await person.run(['init', '--no-quiz', '--passphrase-file', path])
    expect(ran.refusal).toContain('chmod 600')
    expect(ran.ending).toBe('failed')
  })
})

test('restore brings back the address of the words, and says what it did not bring', async () => {
  await using person = await TestPerson.create()
  const begun = await person.run(
    ['init', '--no-quiz', '--name', 'Ann', '--relay', relay],
    [passphrase, passphrase],
  )
  const phrase = phraseOf(begun.terminal)
  const shown = await person.run(['profile', 'show'], [passphrase])
  const address = /sotto1\S+/.exec(shown.text)?.[0] ?? 'none'
  await using other = await TestPerson.create()
  const restored = await other.run(
    ['restore', '--relay', relay],
    [passphrase, passphrase],
    `${phrase.toUpperCase()}\n`,
  )
  expect(restored.text).toContain(address)
  expect(restored.text).toContain('None came back yet')
  const wrong = await other.run(
    ['restore', '--relay', relay, '--profile', 'second'],
    [passphrase, passphrase],
    phrase.replace(/\w+$/, 'zebra'),
  )
  expect(wrong.refusal).toContain('These are not the 24 words of an identity')
  expect(wrong.refusal).not.toContain('zebra')
})

test('a wrong passphrase is asked for three times', async () => {
  await using person = await TestPerson.begun()
  const late = await person.run(['profile', 'show'], ['wrong one', 'wrong two', passphrase])
  expect(late.ending).toBe('ok')
  const never = await person.run(['profile', 'show'], ['wrong one', 'wrong two', 'wrong three'])
  expect(never.refusal).toBe('The passphrase does not open this profile.')
})

describe('profile', () => {
  test('shows what is chosen, and changes it', async () => {
    await using person = await TestPerson.begun()
    const set = ['profile', 'set', '--requests', 'off', '--forwarder', 'https://forward.example']
    expect(await person.run(set, [passphrase])).toMatchObject({ ending: 'ok', text: 'Changed.' })
    await person.run(['profile', 'rename', 'Ann B.'], [passphrase])
    const { text } = await person.run(['profile', 'show'], [passphrase])
    expect(text).toMatch(/Name +Ann B\.\n/)
    expect(text).toMatch(/Strangers may write +off\n/)
    expect(text).toMatch(/Forwarder +https:\/\/forward\.example\n/)
    const nothing = await person.run(['profile', 'set'])
    expect(nothing).toMatchObject({ ending: 'usage' })
  })

  test('has its passphrase changed', async () => {
    await using person = await TestPerson.begun()
    const next = 'another four words'
    const answers = [passphrase, passphrase, next, next]
    expect(await person.run(['profile', 'passphrase'], answers)).toMatchObject({ ending: 'ok' })
    expect(await person.run(['profile', 'show'], [next])).toMatchObject({ ending: 'ok' })
  })

  test('is deleted when its name is typed', async () => {
    await using person = await TestPerson.begun()
    expect(await person.run(['profile', 'delete'], ['no'])).toMatchObject({ ending: 'failed' })
    expect((await person.run(['profile', 'list'])).text).toBe('main')
    expect(await person.run(['profile', 'delete'], ['main'])).toMatchObject({ ending: 'ok' })
    expect((await person.run(['profile', 'list'])).text).toContain('sotto init')
  })

  test('has to be named where there are several', async () => {
    await using person = await TestPerson.create()
    for (const name of ['work', 'home']) {
      const argv = ['init', '--no-quiz', '--name', 'Ann', '--relay', relay, '--profile', name]
      await person.run(argv, [passphrase, passphrase])
    }
    const ran = await person.run(['contacts', 'list'], [passphrase])
    expect(ran).toMatchObject({
      ending: 'usage',
      refusal: 'There are 2 profiles: home, work.\nSay which: --profile home',
    })
    expect((await person.run(['lock'])).text).toContain('home: locked\nwork: locked')
  })
})

test('an invitation is made, listed and taken back', async () => {
  await using person = await TestPerson.begun()
  const made = await person.run(
    ['invite', '--no-wait', '--as', 'Maren', '--expires', '2d'],
    [passphrase],
  )
  const link = /http\S+#i\.\S+/.exec(made.text)?.[0] ?? 'none'
  const listed = await person.run(['invite', 'list'], [passphrase])
  expect(listed.text).toContain(link)
  expect(listed.text).toContain('for Maren')
  const id = /^[0-9a-f]{8}/.exec(listed.text)?.[0] ?? ''
  expect(await person.run(['invite', 'revoke', id], [passphrase])).toMatchObject({ ending: 'ok' })
  expect((await person.run(['invite', 'list'], [passphrase])).text).toContain('No link is open.')
})

describe('with a contact who is not there', () => {
  const met = async (): Promise<TestPerson> => {
    await using other = await TestPerson.begun()
    const { text } = await other.run(['invite', '--no-wait'], [passphrase])
    const link = /http\S+#i\.\S+/.exec(text)?.[0] ?? 'none'
    const person = await TestPerson.create()
    await person.run(
      ['init', '--no-quiz', '--name', 'Ben', '--relay', relay],
      [passphrase, passphrase],
    )
    const named = await person.run(['send', 'Ann', 'x', '--no-wait'], [passphrase])
    expect(named.refusal).toContain('You have no contact called "Ann".')
    const opened = await openOffline(person, link)
    expect(opened).toBe('Ann')
    return person
  }

  test('a message waits, and exit codes say so', async () => {
    await using person = await met()
    const sent = await person.run(['send', 'Ann', 'hello', '--no-wait'], [passphrase])
    expect(sent).toMatchObject({ ending: 'ok', text: '' })
    const late = await person.run(['send', 'Ann', '--timeout', '1s'], [passphrase], 'by pipe\n')
    expect(late.ending).toBe('unsent')
    expect(late.refusal).toContain('It waits here')
    const found = await person.run(['search', 'pipe'], [passphrase])
    expect(found.text).toContain('You to Ann\n    by pipe')
  })

  test('they are listed, shown, named and compared', async () => {
    await using person = await met()
    expect((await person.run(['contacts', 'list'], [passphrase])).text).toMatch(
      /^[0-9a-f]{8} {2}Ann {2}has not answered yet$/,
    )
    const { text } = await person.run(['verify', 'Ann', '--no-qr'], [passphrase])
    expect(text).toMatch(/(?:\n {4}(?:\d{5} {2}){3}\d{5}){3}\n/)
    await person.run(['verify', 'Ann', '--yes'], [passphrase])
    expect((await person.run(['contacts', 'show', 'Ann'], [passphrase])).text).toMatch(
      /Verified +\d+ \w+ \d{4}/,
    )
  })
})

test('a backup is written, read through, and becomes a profile elsewhere', async () => {
  await using person = await TestPerson.create()
  const begun = await person.run(
    ['init', '--no-quiz', '--name', 'Ann', '--relay', relay],
    [passphrase, passphrase],
  )
  const words = join(person.home, 'words')
  await writeFile(words, phraseOf(begun.terminal), { mode: 0o600 })
  await person.run(['invite', '--no-wait', '--as', 'Maren'], [passphrase])
  const path = join(person.home, 'ann.backup')
  const secret = 'the passphrase of the backup'
  const made = await person.run(['backup', 'create', path], [passphrase, secret, secret])
  expect(made.text).toContain('It was read back.')
  const again = await person.run(['backup', 'create', path], [passphrase, secret, secret])
  expect(again.refusal).toContain('never written over another file')
  const wrong = await person.run(['backup', 'check', path], [passphrase, 'another passphrase'])
  expect(wrong.ending).toBe('failed')
  expect((await person.run(['backup', 'check', path], [passphrase, secret])).text).toContain(
    'It is whole.',
  )
  await using other = await TestPerson.create()
  const restored = await other.run(
    ['backup', 'restore', path, '--words-file', words],
    [secret, passphrase, passphrase],
  )
  expect(restored.refusal).toBeUndefined()
  expect((await other.run(['profile', 'show'], [passphrase])).text).toMatch(/Name +Ann\n/)
  expect((await other.run(['invite', 'list'], [passphrase])).text).toContain('for Maren')
})

/** As `sotto chat LINK` does, without a window. */
async function openOffline(person: TestPerson, link: string): Promise<string> {
  const { openEngine } = await import('#open-engine.ts')
  const engine = await openEngine(person.home, () => {}, quickHash)
  await using profile = await engine.open('main', passphrase)
  await using messenger = await engine.messenger(profile, { isOffline: true })
  return (await messenger.acceptInvitation(link)).name ?? ''
}
