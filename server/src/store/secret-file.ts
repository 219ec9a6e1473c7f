/**
 * @module The secret that signs access tokens, when the operator gives none: drawn at the first start and kept in the
 * data folder, readable by its owner only.
 */
import { link, open, readFile, rm } from 'node:fs/promises'
import { StoreError } from '#store/store.ts'

const secretBytes = 32

/** Returns the same bytes at every start. Two processes that start together agree on one secret. */
export async function loadOrCreateSecret(
  path: string,
  randomBytes: (length: number) => Uint8Array,
): Promise<Uint8Array> {
  const existing = await readSecret(path)
  if (existing !== undefined) return existing
  const drawn = Buffer.from(randomBytes(secretBytes))
  const draft = `${path}.${Buffer.from(randomBytes(8)).toString('hex')}`
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(`${drawn.toString('base64url')}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  try {
    // Unlike a rename, a link does not overwrite what another process put there meanwhile.
    await link(draft, path)
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
  } finally {
    await rm(draft, { force: true })
  }
  const kept = await readSecret(path)
  if (kept === undefined) throw new StoreError('unusable', 'Cannot keep secret: it is not there')
  return kept
}

async function readSecret(path: string): Promise<Uint8Array | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw new StoreError('unusable', 'Cannot read secret file', { cause: error })
  }
  const secret = Buffer.from(text.trim(), 'base64url')
  if (secret.length < secretBytes) {
    throw new StoreError(
      'unusable',
      `Cannot use secret file: it holds ${secret.length} bytes of ${secretBytes}`,
    )
  }
  return new Uint8Array(secret)
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
