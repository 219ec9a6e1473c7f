/**
 * @module Options: accounts, their sessions, and their prekeys.
 */
import { option, optional } from '#options/option.ts'
import { int, secret } from '#options/shapes.ts'

export const accounts = {
  jwtSecret: optional({
    flags: ['--jwt-secret'],
    variables: ['OBSCURA_JWT_SECRET', 'JWT_SECRET'],
    // The default of the relay that these names come from: whoever copies its example file would run with it.
    shape: secret({ minBytes: 16, known: ['change_me_in_production'] }),
    whenUnset: 'generated at the first start and kept in the data folder',
    prose:
      'The secret that access tokens are signed with. Prefer the variable to the flag: other users of the ' +
      'machine can read a command line. A new secret ends all sessions.',
  }),
  accessTokenTtlSeconds: option({
    flags: ['--access-token-ttl-secs'],
    variables: ['OBSCURA_ACCESS_TOKEN_TTL_SECS', 'ACCESS_TOKEN_TTL_SECS'],
    shape: int({ min: 1, max: 86_400, unit: 'seconds' }),
    byDefault: '900',
    prose: 'How long an access token is good for.',
  }),
  refreshTokenTtlDays: option({
    flags: ['--refresh-token-ttl-days'],
    variables: ['OBSCURA_REFRESH_TOKEN_TTL_DAYS', 'REFRESH_TOKEN_TTL_DAYS'],
    shape: int({ min: 1, max: 3650, unit: 'days' }),
    byDefault: '30',
    prose: 'How long a client may stay away before it must log in again.',
  }),
  passwordConcurrency: option({
    flags: ['--password-concurrency'],
    shape: int({ min: 1, max: 64 }),
    byDefault: '2',
    prose:
      'How many passwords are hashed at once. Each takes 19 MiB and a good part of a processor; further ones ' +
      'wait in a short queue.',
  }),
}

export const prekeys = {
  maxPrekeys: option({
    flags: ['--max-pre-keys'],
    variables: ['OBSCURA_MAX_PRE_KEYS'],
    shape: int({ min: 1, max: 10_000 }),
    byDefault: '100',
    prose: 'How many one-time prekeys an upload may hold and an account may store.',
  }),
  prekeyRefillThreshold: option({
    flags: ['--pre-key-refill-threshold'],
    variables: ['OBSCURA_PRE_KEY_REFILL_THRESHOLD'],
    shape: int({ min: 0, max: 10_000 }),
    byDefault: '20',
    prose: 'An account with fewer one-time prekeys than this is told so. 0 tells nobody.',
  }),
  prekeyBurst: option({
    flags: ['--prekey-burst'],
    shape: int({ min: 1, max: 100_000 }),
    byDefault: '100',
    prose:
      'How many one-time prekeys of one account may be fetched in a row, by all the world together. After ' +
      'that bundles come without one until --prekey-refill-per-minute allows the next.',
  }),
  prekeyRefillPerMinute: option({
    flags: ['--prekey-refill-per-minute'],
    shape: int({ min: 1, max: 100_000 }),
    byDefault: '6',
    prose:
      'How many one-time prekeys of one account may be fetched per minute once --prekey-burst is used up.',
  }),
}
