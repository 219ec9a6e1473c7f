/**
 * @module Options: how often one address may call.
 */
import { option } from '#options/option.ts'
import { int } from '#options/shapes.ts'

export const rates = {
  rateLimitPerSecond: option({
    flags: ['--rate-limit-per-second'],
    variables: ['OBSCURA_RATE_LIMIT_PER_SECOND', 'RATE_LIMIT_PER_SECOND'],
    shape: int({ min: 0, max: 1_000_000 }),
    byDefault: '10',
    prose:
      'How many requests a second one address may make in the long run. IPv6 counts by its /64. 0 for no limit: for ' +
      'a relay behind something that limits by itself.',
  }),
  rateLimitBurst: option({
    flags: ['--rate-limit-burst'],
    variables: ['OBSCURA_RATE_LIMIT_BURST', 'RATE_LIMIT_BURST'],
    shape: int({ min: 1, max: 1_000_000 }),
    byDefault: '20',
    prose: 'How many requests one address may make at once.',
  }),
  authRateLimitPerSecond: option({
    flags: ['--auth-rate-limit-per-second'],
    variables: ['OBSCURA_AUTH_RATE_LIMIT_PER_SECOND', 'AUTH_RATE_LIMIT_PER_SECOND'],
    shape: int({ min: 0, max: 1_000_000 }),
    byDefault: '1',
    prose:
      'The same for registration, login, refresh and logout, which are counted apart from the rest. 0 for no limit.',
  }),
  authRateLimitBurst: option({
    flags: ['--auth-rate-limit-burst'],
    variables: ['OBSCURA_AUTH_RATE_LIMIT_BURST', 'AUTH_RATE_LIMIT_BURST'],
    shape: int({ min: 1, max: 1_000_000 }),
    byDefault: '3',
    prose: 'How many registrations, logins, refreshes and logouts one address may make at once.',
  }),
}
