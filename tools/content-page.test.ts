import { readFileSync } from 'node:fs'
import { cardRecords } from '@sotto/wire/cards'
import { channelSchemas } from '@sotto/wire/channels'
import { contentKinds } from '@sotto/wire/content'
import { expect, test } from 'vitest'
import { contentPage } from './content-page.ts'

const page = readFileSync(new URL('../docs/protocols/content.md', import.meta.url), 'utf8')

test('docs/protocols/content.md is the page of the schemas', () => {
  expect(page, 'Write it again: bun tools/content-page.ts').toBe(contentPage())
})

test('the page has every kind of content, every record and every field', () => {
  for (const { name, fields } of [
    ...Object.values(contentKinds),
    ...cardRecords,
    ...channelSchemas,
  ]) {
    expect(page).toContain(`### \`${name}\``)
    for (const field of Object.keys(fields)) expect(page).toContain(`| \`${field}\``)
  }
})
