/**
 * @module Writes docs/options.md from the relay's option table. `server/src/options.test.ts` fails when the page is
 * older than the table, so that an operator never reads about an option that is not there.
 */
import { writeFile } from 'node:fs/promises'
import { optionsPage } from '@sotto/server/options/page.ts'

await writeFile(new URL('../docs/options.md', import.meta.url), optionsPage())
