/**
 * @module A program for the test of the line writer: writes 20 MB of lines to its standard output while nobody may be
 * reading, then says on its standard error how many were taken and how many were not.
 */
import process from 'node:process'
import { lineWriter } from '#watch/line-writer.ts'

const write = lineWriter(process.stdout, 100_000)
const line = 'x'.repeat(99)
let taken = 0
let refused = 0
for (let burst = 0; burst < 200; burst++) {
  for (let i = 0; i < 1000; i++) {
    if (write(line)) taken += 1
    else refused += 1
  }
  await new Promise((resolve) => setTimeout(resolve, 1))
}
process.stderr.write(JSON.stringify({ taken, refused }))
