import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkFiles } from '#doctor/check-files.ts'
import { sizeInWords } from '#text/size.ts'
import { type Answer, checkRelay } from '#doctor/check-relay.ts'

const now = Date.UTC(2026, 10, 30)
const healthy: Answer = {
  status: 200,
  headers: { date: new Date(now).toUTCString() },
  body: new Uint8Array(41),
}
const always = (answer: Answer) => async (): Promise<Answer> => answer

const marks = async (...parameters: Parameters<typeof checkRelay>): Promise<readonly string[]> =>
  (await checkRelay(...parameters)).map(({ isWell, what }) => `${isWell ? '✓' : '✗'} ${what}`)

test('a relay that is well is well in everything', async () => {
  expect(await marks('https://relay.example', 'sealed', always(healthy), () => now)).toEqual([
    '✓ The relay answers over https: https://relay.example',
    '✓ The clocks of this machine and the relay agree',
    '✓ What you send is sealed on its way (Oblivious HTTP)',
  ])
})

test('what is wrong with a relay is told apart', async () => {
  const nobody = (): Promise<Answer> => Promise.reject(new Error('refused'))
  expect(await marks('https://relay.example', 'sealed', nobody, () => now)).toEqual([
    '✗ Nobody answers at https://relay.example',
  ])
  const other = always({ ...healthy, status: 404 })
  expect(await marks('https://relay.example', 'sealed', other, () => now)).toEqual([
    '✗ What answers at https://relay.example is no relay of Sotto (status 404)',
  ])
  const noGateway = async (url: string): Promise<Answer> =>
    url.includes('ohttp') ? { ...healthy, status: 404 } : healthy
  expect(await marks('http://relay.example', 'sealed', noGateway, () => now + 120_000)).toEqual([
    '✗ The relay answers without TLS: http://relay.example',
    "✗ The clock of this machine is 120 seconds ahead of the relay's",
    '✗ The relay has no gateway for sealed requests',
  ])
})

test('in direct mode nobody misses a gateway, and this machine needs no TLS', async () => {
  expect(
    await marks('http://localhost:8080', 'direct', always({ ...healthy, headers: {} }), () => now),
  ).toEqual([
    '✓ The relay answers on this machine: http://localhost:8080',
    '✓ The relay does not tell its time; the clock is not checked',
  ])
})

test('files that others can read are found', async () => {
  const home = await mkdtemp(join(tmpdir(), 'sotto-doctor-'))
  try {
    const folder = join(home, 'profiles')
    await mkdir(folder, { mode: 0o700 })
    await writeFile(join(folder, 'main.sqlite'), '', { mode: 0o600 })
    expect((await checkFiles(folder))[0]).toMatchObject({ isWell: true })
    await chmod(join(folder, 'main.sqlite'), 0o644)
    expect((await checkFiles(folder))[0]).toMatchObject({ isWell: false })
  } finally {
    await rm(home, { recursive: true })
  }
})

test('sizes are said in units that fit', () => {
  expect(sizeInWords(12)).toBe('12 bytes')
  expect(sizeInWords(1500)).toBe('1.5 kB')
  expect(sizeInWords(20_300_000_000)).toBe('20 GB')
})
