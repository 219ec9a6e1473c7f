import { readdirSync, readFileSync } from 'node:fs'
import {
  maxAttachments,
  maxBodyCharacters,
  maxRequestCharacters,
  maxThumbnailBytes,
} from '@sotto/wire/content'
import { expect, test } from 'vitest'
import { maxPictureBytes } from '#attachments/pictures/strip.ts'
import { maxFileBytes } from '#attachments/stream.ts'
import { uploadLifeMillis } from '#attachments/upload-journal.ts'
import { invitationMillis, maxInvitations } from '#contacts/invitations.ts'
import { maxMeetings } from '#contacts/meetings.ts'
import { maxRequests } from '#contacts/requests.ts'
import { maxNameCharacters } from '#contacts/settings.ts'
import { maxContentBytes } from '#messages/outbox.ts'
import { maxWatched } from '#relay/live/watched.ts'
import { minPassphrase } from '#vault/passphrase.ts'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
const readme = read('../README.md')
const examples = readdirSync(new URL('.', import.meta.url)).filter((name) =>
  /^[a-z-]+\.ts$/.test(name),
)
const blocks = Array.from(readme.matchAll(/^```ts\n([^]*?)^```$/gm), ([, code = '']) => code)

const mebibyte = 1024 * 1024
const dayMillis = 24 * 60 * 60 * 1000
const limits: Readonly<Record<string, string>> = {
  maxBodyCharacters: `${maxBodyCharacters.toLocaleString('en')} characters`,
  maxContentBytes: `${maxContentBytes.toLocaleString('en')} bytes`,
  maxRequestCharacters: `${maxRequestCharacters.toLocaleString('en')} characters`,
  maxRequests: String(maxRequests),
  maxAttachments: String(maxAttachments),
  maxFileBytes: `${maxFileBytes / mebibyte} MiB`,
  maxPictureBytes: `${maxPictureBytes / mebibyte} MiB`,
  maxThumbnailBytes: `${maxThumbnailBytes / 1024} KiB`,
  uploadLifeMillis: `${uploadLifeMillis / dayMillis} days`,
  maxInvitations: String(maxInvitations),
  invitationMillis: `${invitationMillis / dayMillis} days`,
  maxMeetings: String(maxMeetings),
  maxNameCharacters: `${maxNameCharacters} characters`,
  maxWatched: maxWatched.toLocaleString('en'),
  minPassphrase: `${minPassphrase} characters`,
}

test('the bot of the page is the bot that runs, and has twenty lines', () => {
  const bot = read('./bot.ts')
  const code = bot.slice(bot.indexOf('const [relay'))
  expect(blocks[0]).toBe(code)
  expect(code.split('\n').filter((line) => line !== '')).toHaveLength(20)
})

test('every line of code on the page stands in an example', () => {
  const lines = (text: string): readonly string[] =>
    text.split('\n').map((line) =>
      line
        .replace(/(^|\s)\/\/ .*$/, '')
        .replace(/^export /, '')
        .trim(),
    )
  const run = new Set(examples.flatMap((name) => lines(read(`./${name}`))))
  // There is no browser in which an example could be started.
  run.add('const shelf = openIndexedDbShelf(indexedDB, navigator.locks)')
  expect(blocks.flatMap(lines).filter((line) => !run.has(line))).toEqual([])
})

test('every example has a line on the page', () => {
  expect(examples.filter((name) => !readme.includes(`](examples/${name})`))).toEqual([])
})

test('the limits of the page are those of the sources', () => {
  const rows = Array.from(readme.matchAll(/^\| [^|]+\| ([^|]+?) +\| `(\w+)` +\|$/gm))
  expect(Object.fromEntries(rows.map(([, most, name]) => [name, most]))).toEqual(limits)
})
