/**
 * @module Options: the live door, where clients of Mobium's protocol talk to each other over one socket, how much it
 * lets through, and what its calls are told about STUN and TURN.
 */
import { option, optional } from '#options/option.ts'
import {
  bool,
  bytes,
  int,
  intOrUnlimited,
  oneOf,
  secret,
  stunUrl,
  turnUrl,
} from '#options/shapes.ts'

export const live = {
  maxSocketsPerAddress: option({
    flags: ['--max-sockets-per-address'],
    variables: ['SC_MAX_CONNECTIONS_PER_IP'],
    shape: intOrUnlimited({ max: 1_000_000 }),
    byDefault: '100',
    prose:
      'How many sockets of the live door one address may have open at once. A further one is refused. IPv6 counts by ' +
      "its /64. Mobium's default is 10, which a household or an office behind one address passes.",
  }),
  liveAuthTimeoutSeconds: option({
    flags: ['--live-auth-timeout-secs'],
    variables: ['SC_AUTH_TIMEOUT'],
    shape: int({ min: 1, max: 3600, unit: 'seconds' }),
    byDefault: '10',
    prose: 'How long a client may take to log in before its socket is ended.',
  }),
  liveMaxMessageBytes: option({
    flags: ['--live-max-message-bytes'],
    variables: ['SC_MAX_MESSAGE_SIZE'],
    shape: bytes({ min: 1024, max: 4 * 2 ** 20 }),
    byDefault: '1048576',
    prose: 'How large the sealed part of one message may be.',
  }),
  liveMessageTtlSeconds: option({
    flags: ['--live-message-ttl-secs'],
    variables: ['SC_MESSAGE_TTL'],
    shape: int({ min: 1, max: 315_360_000, unit: 'seconds' }),
    byDefault: '604800',
    prose:
      'How long messages of the live door are kept: those that wait for somebody, and those of channels. The other ' +
      'doors have --ttl-days.',
  }),
  liveFirstFrame: option({
    flags: ['--live-first-frame'],
    shape: oneOf('array', 'bin'),
    byDefault: 'array',
    prose:
      "How bytes are written before a client has shown how it writes them: array is what Mobium's own clients read, " +
      'bin is shorter. From then on each client is answered in its own way.',
  }),
  liveAutoCreate: option({
    flags: ['--live-auto-create'],
    shape: bool,
    byDefault: 'true',
    prose:
      'Whether joining a channel that is not there makes it, as in Mobium. false answers with an error instead.',
  }),
  liveMaxMembers: option({
    flags: ['--live-max-members'],
    shape: int({ min: 1, max: 1_000_000 }),
    byDefault: '10000',
    prose: 'How many members a channel may have.',
  }),
  liveHistoryMessages: option({
    flags: ['--live-history-messages'],
    shape: int({ min: 1, max: 10_000_000 }),
    byDefault: '50000',
    prose: 'How many messages a channel keeps. The oldest make room for new ones.',
  }),
  liveHistoryBytes: option({
    flags: ['--live-history-bytes'],
    shape: bytes({ min: 4 * 2 ** 20, max: 2 ** 40 }),
    byDefault: '256MiB',
    prose: 'How many bytes of messages a channel keeps. The oldest make room for new ones.',
  }),
  liveVoiceMax: option({
    flags: ['--live-voice-max'],
    shape: int({ min: 2, max: 1000 }),
    byDefault: '40',
    prose: "How many may take part in a channel's voice at once.",
  }),
}

const perSecond = int({ min: 1, max: 1_000_000 })
const perSecondOrNone = int({ min: 0, max: 1_000_000 })
const burst = int({ min: 1, max: 1_000_000 })

export const liveRates = {
  liveBurst: option({
    flags: ['--live-burst'],
    shape: burst,
    byDefault: '30',
    prose:
      'How many requests one identity may make at once. Pings, logins and media are counted apart.',
  }),
  livePerSecond: option({
    flags: ['--live-per-second'],
    shape: perSecond,
    byDefault: '10',
    prose: 'How many requests a second one identity may make in the long run.',
  }),
  liveBytesPerSecond: option({
    flags: ['--live-bytes-per-second'],
    shape: bytes({ min: 1024, max: 2 ** 30 }),
    byDefault: '4MiB',
    prose:
      'How many bytes a second one identity may send in the long run, media apart. At once it may be eight seconds of it, and ' +
      'never less than four of the largest messages.',
  }),
  liveChatBurst: option({
    flags: ['--live-chat-burst'],
    shape: burst,
    byDefault: '3',
    prose: 'How many messages, to people and to channels, one identity may send at once.',
  }),
  liveChatIntervalMillis: option({
    flags: ['--live-chat-interval-ms'],
    shape: int({ min: 0, max: 60_000, unit: 'milliseconds' }),
    byDefault: '300',
    prose: 'How much time must lie between them in the long run. 0 for no limit of their own.',
  }),
  liveMediaBurst: option({
    flags: ['--live-media-burst'],
    shape: burst,
    byDefault: '150',
    prose:
      'How many frames of voice and screen one identity may send at once. Those above are dropped.',
  }),
  liveMediaPerSecond: option({
    flags: ['--live-media-per-second'],
    shape: perSecond,
    byDefault: '80',
    prose: 'How many frames of voice and screen a second one identity may send in the long run.',
  }),
  liveMediaBytesPerSecond: option({
    flags: ['--live-media-bytes-per-second'],
    shape: bytes({ min: 1024, max: 2 ** 30 }),
    byDefault: '2MiB',
    prose: 'How many bytes of voice and screen a second one identity may send in the long run.',
  }),
  liveAddressBurst: option({
    flags: ['--live-address-burst'],
    shape: burst,
    byDefault: '2000',
    prose: 'How many messages of all kinds one address may send at once, over all its sockets.',
  }),
  liveAddressPerSecond: option({
    flags: ['--live-address-per-second'],
    shape: perSecondOrNone,
    byDefault: '1000',
    prose:
      'How many messages of all kinds a second one address may send in the long run. 0 for no limit.',
  }),
  liveAddressBytesPerSecond: option({
    flags: ['--live-address-bytes-per-second'],
    shape: bytes({ min: 0, max: 2 ** 30 }),
    byDefault: '32MiB',
    prose:
      'How many bytes a second one address may send in the long run, over all its sockets, voice and screen included. At ' +
      'once it may be eight seconds of it. 0 for no limit.',
  }),
  liveLoginBurst: option({
    flags: ['--live-login-burst'],
    shape: burst,
    byDefault: '100',
    prose: 'How many times one address may try to log in at once.',
  }),
  liveLoginPerSecond: option({
    flags: ['--live-login-per-second'],
    shape: perSecondOrNone,
    byDefault: '20',
    prose:
      'How many times a second one address may try to log in, in the long run. 0 for no limit.',
  }),
}

export const ice = {
  iceStunUrl: optional({
    flags: ['--ice-stun-url'],
    variables: ['SC_ICE_STUN_URL'],
    shape: stunUrl,
    whenUnset: 'clients choose one themselves',
    prose: 'The STUN server that clients are told about: it shows a caller its own public address.',
  }),
  iceTurnUrl: optional({
    flags: ['--ice-turn-url'],
    variables: ['SC_ICE_TURN_URL'],
    shape: turnUrl,
    whenUnset: 'calls work only where both sides reach each other',
    prose:
      'The TURN server that clients are told about: it carries calls that find no direct way, and hides the ' +
      "callers' addresses from each other.",
  }),
  iceTurnSecret: optional({
    flags: ['--ice-turn-secret'],
    variables: ['SC_ICE_TURN_SECRET'],
    shape: secret({ minBytes: 1 }),
    whenUnset: 'clients are told of the TURN server without a password',
    prose:
      'The secret that the TURN server shares with this relay (static-auth-secret of coturn): passwords that expire ' +
      'are made from it. Prefer the variable to the flag.',
  }),
  iceTtlSeconds: option({
    flags: ['--ice-ttl-secs'],
    variables: ['SC_ICE_TTL'],
    shape: int({ min: 1, max: 2_592_000, unit: 'seconds' }),
    byDefault: '86400',
    prose: 'How long such a password is good for.',
  }),
}
