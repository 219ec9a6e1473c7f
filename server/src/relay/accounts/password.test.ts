import { describe, expect, test } from 'vitest'
import { argon2Sync, randomBytes } from 'node:crypto'
import { decoyHash, hashPassword, verifyPassword } from '#relay/accounts/password.ts'

const randomness = { bytes: (length: number): Uint8Array => randomBytes(length) }

function phc(
  password: string,
  { memory = 64, passes = 1, parallelism = 1, tagLength = 32, saltLength = 16 } = {},
): string {
  const salt = randomBytes(saltLength)
  const tag = argon2Sync('argon2id', {
    message: password,
    nonce: salt,
    memory,
    passes,
    parallelism,
    tagLength,
  })
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replace(/=+$/, '')
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${text(salt)}$${text(tag)}`
}

describe('Passwords', () => {
  test('a hash is a PHC string with the costs that stand in the reference, and a salt of its own', async () => {
    const [first, second] = await Promise.all([
      hashPassword('the same password', randomness),
      hashPassword('the same password', randomness),
    ])
    expect(first).toMatch(
      /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/,
    )
    expect(first).not.toBe(second)
    expect(await verifyPassword('the same password', first)).toBe(true)
    expect(await verifyPassword('the same password', second)).toBe(true)
    expect(await verifyPassword('another password', first)).toBe(false)
  })

  test('every byte counts: case, length, Unicode forms, what stands behind a NUL', async () => {
    const hash = phc('pass\0wörd'.normalize('NFC'))
    for (const wrong of [
      '',
      'pass',
      'pass\0',
      'Pass\0wörd',
      'pass\0wörd ',
      'pass\0wörd'.normalize('NFD'),
    ]) {
      expect(await verifyPassword(wrong, hash)).toBe(false)
    }
    expect(await verifyPassword('pass\0wörd', hash)).toBe(true)
  })

  test('hashes of other costs and sizes are read, as another relay stored them', async () => {
    for (const costs of [
      { memory: 8, passes: 3 },
      { memory: 32, parallelism: 4 },
      { tagLength: 16 },
      { tagLength: 64, saltLength: 32 },
      { saltLength: 8 },
    ]) {
      expect(await verifyPassword('a password', phc('a password', costs))).toBe(true)
      expect(await verifyPassword('b password', phc('a password', costs))).toBe(false)
    }
  })

  test('the decoy reads like a real hash, so that checking it costs the same, and fits nothing', async () => {
    const shape = (hash: string) => hash.replaceAll(/[A-Za-z0-9+/]{20,}/g, 'x')
    const decoy = decoyHash(randomness)
    expect(shape(decoy)).toBe(shape(await hashPassword('a password', randomness)))
    expect(decoyHash(randomness)).not.toBe(decoy)
    for (const password of ['', 'a password']) {
      expect(await verifyPassword(password, decoy)).toBe(false)
    }
  })

  const good = phc('a password')
  test.each([
    ['nothing', ''],
    ['plain text', 'a password'],
    ['Argon2i', good.replace('argon2id', 'argon2i')],
    ['another version', good.replace('v=19', 'v=16')],
    ['no version', good.replace('$v=19', '')],
    // These three do belong to the password: whoever slipped them in must not make the relay compute them.
    ['too much memory', phc('a password', { memory: 262_152 })],
    ['too many passes', phc('a password', { memory: 8, passes: 17 })],
    ['too many lanes', phc('a password', { memory: 72, parallelism: 9 })],
    ['no pass', good.replace('t=1', 't=0')],
    ['no lane', good.replace('p=1', 'p=0')],
    ['less memory than its lanes need', good.replace('m=64', 'm=7')],
    ['a negative cost', good.replace('t=1', 't=-1')],
    ['a short salt', good.replace(/\$[^$]{22}\$/, '$AAAA$')],
    ['a short tag', good.replace(/\$[^$]*$/, '$AAAA')],
    ['something behind it', `${good}$`],
    ['a line break behind it', `${good}\n`],
    ['bcrypt', '$2b$12$WApznUPhDubN0oeveSXHp.Rk0rMSYIWy9gWPSKNXzrZ4Y4sPvx5pe'],
  ])('a hash that this cannot read fits no password: %s', async (_, hash) => {
    expect(await verifyPassword('a password', hash)).toBe(false)
  })
})
