/**
 * @module Options: oblivious mailboxes, where Vauchi's clients deposit without saying who they are, what is beside them,
 * and which versions of clients are let in.
 */
import { option, optional } from '#options/option.ts'
import { bool, bytes, int, intOrUnlimited } from '#options/shapes.ts'

export const oblivious = {
  obliviousEnabled: option({
    flags: ['--oblivious-enabled'],
    variables: ['RELAY_HTTP_API_ENABLED'],
    shape: bool,
    byDefault: 'true',
    prose: 'Whether there are oblivious mailboxes: everything under /v2 but the gateway itself.',
  }),
  obliviousTtlSeconds: option({
    flags: ['--oblivious-ttl-secs'],
    variables: ['RELAY_BLOB_TTL_SECS'],
    shape: int({ min: 1, max: 315_360_000, unit: 'seconds' }),
    byDefault: '10368000',
    prose:
      'How long messages wait in oblivious mailboxes. The default is 120 days, for people who rarely open the app. The ' +
      'other doors have --ttl-days.',
  }),
  obliviousMaxMessageBytes: option({
    flags: ['--oblivious-max-message-bytes'],
    variables: ['RELAY_MAX_MESSAGE_SIZE'],
    shape: bytes({ min: 1024, max: 4 * 2 ** 20 }),
    byDefault: '1048576',
    prose:
      'How large one sealed message may be. What comes through the gateway is bounded by --ohttp-max-request-bytes too.',
  }),
  obliviousMaxBlobs: option({
    flags: ['--oblivious-max-blobs'],
    variables: ['RELAY_MAX_BLOBS_PER_USER'],
    shape: intOrUnlimited({ max: 1_000_000 }),
    byDefault: '1000',
    prose: 'How many messages an oblivious mailbox holds. Further ones are refused.',
  }),
  obliviousMaxBytes: option({
    flags: ['--oblivious-max-bytes'],
    variables: ['RELAY_MAX_STORAGE_PER_USER'],
    shape: intOrUnlimited({ max: 2 ** 40 }),
    byDefault: '50000000',
    prose: 'How many bytes of messages an oblivious mailbox holds. Further ones are refused.',
  }),
  obliviousMaxTotalBytes: option({
    flags: ['--oblivious-max-total-bytes'],
    variables: ['RELAY_MAX_STORAGE_BYTES'],
    shape: intOrUnlimited({ max: 2 ** 50 }),
    byDefault: '1073741824',
    prose:
      'How many bytes of messages all oblivious mailboxes hold together, each message counted with 512 bytes more than ' +
      'it has: what it takes in memory and beside it. Further ones are refused. Anybody can name any number of mailboxes, ' +
      'so that nothing else keeps one client from filling the disk.',
  }),
  exchangeMaxOffers: option({
    flags: ['--exchange-max-offers'],
    variables: ['RELAY_EXCHANGE_MAX_OFFERS'],
    shape: int({ min: 1, max: 500_000 }),
    byDefault: '10000',
    prose:
      'How many exchanges by a code of six digits may be open at once. The more there are, the fewer wrong codes the ' +
      'relay hears before it listens to no code for a while.',
  }),
  exchangeTtlSeconds: option({
    flags: ['--exchange-ttl-secs'],
    variables: ['RELAY_EXCHANGE_DEFAULT_TTL_SECS'],
    shape: int({ min: 30, max: 3600, unit: 'seconds' }),
    byDefault: '300',
    prose: 'How long such an exchange is open when its client does not say.',
  }),
}

const perMinute = int({ min: 1, max: 1_000_000 })

export const obliviousRates = {
  obliviousPerMinute: option({
    flags: ['--oblivious-per-minute'],
    variables: ['RELAY_RATE_LIMIT'],
    shape: perMinute,
    byDefault: '60',
    prose:
      'How often a minute messages are sent to one mailbox, and how often it is fetched, acknowledged and purged, each ' +
      'counted apart; and how many exchange calls one address makes.',
  }),
  recoveryPerMinute: option({
    flags: ['--recovery-per-minute'],
    variables: ['RELAY_RECOVERY_RATE_LIMIT'],
    shape: perMinute,
    byDefault: '10',
    prose:
      'How often a minute one address asks for recovery proofs, and stores them. All that comes through the gateway has ' +
      'thirty times that together.',
  }),
  exchangeSealedPerMinute: option({
    flags: ['--exchange-sealed-per-minute'],
    variables: ['RELAY_OHTTP_EXCHANGE_RATE_LIMIT'],
    shape: perMinute,
    byDefault: '300',
    prose:
      'How many offers a minute come through the gateway, of all clients together, and as many claims and completions.',
  }),
  obliviousAddressBurst: option({
    flags: ['--oblivious-address-burst'],
    shape: int({ min: 1, max: 1_000_000 }),
    byDefault: '500',
    prose: 'How many requests to /v2 one address may make at once, past the gateway.',
  }),
  obliviousAddressPerSecond: option({
    flags: ['--oblivious-address-per-second'],
    shape: int({ min: 0, max: 1_000_000 }),
    byDefault: '50',
    prose:
      'How many requests a second to /v2 one address may make in the long run, past the gateway. 0 for no limit.',
  }),
}

const version = int({ min: 0, max: 65_535 })

export const appVersions = {
  appVersionMin: option({
    flags: ['--app-version-min'],
    variables: ['RELAY_VERSION_MIN'],
    shape: version,
    byDefault: '0',
    prose:
      'The oldest version of clients that /v2 lets in, by what they send as X-App-Compat-Version. 0 lets everybody in.',
  }),
  appVersionWarn: optional({
    flags: ['--app-version-warn'],
    variables: ['RELAY_VERSION_WARN'],
    shape: version,
    whenUnset: 'the same as --app-version-min',
    prose: 'Below this version clients ask for an update.',
  }),
  appVersionGraceDays: option({
    flags: ['--app-version-grace-days'],
    variables: ['RELAY_VERSION_GRACE_DAYS'],
    shape: int({ min: 1, max: 3650, unit: 'days' }),
    byDefault: '14',
    prose:
      'How long older clients are still let in after --app-version-min was changed. They are told until when.',
  }),
  appVersionChangedAt: optional({
    flags: ['--app-version-changed-at'],
    variables: ['RELAY_VERSION_CHANGED_AT_SECS'],
    shape: int({ min: 0, max: 253_402_300_799, unit: 'seconds' }),
    whenUnset: 'the relay remembers when it was first started with that minimum',
    prose: 'When --app-version-min was changed, in seconds since 1970.',
  }),
}
