/**
 * @module Writes docs/cli.md from the table of commands. `cli/src/command/page.test.ts` fails when the page is older than
 * the table, so that nobody reads about a command that is not there.
 */
import { writeFile } from 'node:fs/promises'
import { cliPage } from '@sotto/cli/command/page.ts'

await writeFile(new URL('../docs/cli.md', import.meta.url), cliPage())
