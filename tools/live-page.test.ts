import { readFileSync } from 'node:fs'
import { downMessages, upMessages } from '@sotto/wire/live'
import { expect, test } from 'vitest'
import { livePage } from './live-page.ts'

const page = readFileSync(new URL('../docs/protocols/live.md', import.meta.url), 'utf8')

test('docs/protocols/live.md is the page of the schemas', () => {
  expect(page, 'Write it again: bun tools/live-page.ts').toBe(livePage())
})

test('the page has every message and every field', () => {
  for (const { name, fields } of [...Object.values(upMessages), ...Object.values(downMessages)]) {
    expect(page).toContain(`### \`${name}\``)
    for (const field of Object.keys(fields)) expect(page).toContain(`| \`${field}\``)
  }
})
