/**
 * @module Every event that the relay can log, as data: its level, its words, and what its fields hold. No field holds
 * anything of a person: no id, no name, no address, no text of a request.
 *
 * What people do is `debug`, since even the times of it say something; what happens to the relay is `info`; what should
 * not happen is `warn`; what somebody must look after is `error`.
 */
import type { Level } from '#watch/log.ts'

export interface EventDescription {
  readonly level: Level
  readonly says: string
  /** Field → what it holds. */
  readonly fields: Readonly<Record<string, string>>
}

const millis = 'how long it took'
const errorFields = {
  error: "the error's class",
  message: "the error's message, without quotes, ids and addresses",
}

export const eventCatalog = {
  'relay.starting': {
    level: 'info',
    says: 'Starting',
    fields: { version: 'version of the relay', runtime: 'name and version of the runtime' },
  },
  'relay.listening': {
    level: 'info',
    says: 'Listening',
    fields: {
      for: 'clients or operations',
      host: "the relay's own address",
      port: "the relay's own port",
      tls: 'own-tls, clear-on-loopback, proxy-terminates, waived or none',
    },
  },
  'relay.ready': { level: 'info', says: 'Ready', fields: { milliseconds: millis } },
  'relay.stopping': {
    level: 'info',
    says: 'Stopping',
    fields: { reason: 'the signal, or what failed' },
  },
  'relay.stopped': { level: 'info', says: 'Stopped', fields: { milliseconds: millis } },
  'relay.reloaded': {
    level: 'info',
    says: 'Read again what was asked to be read again',
    fields: { what: 'certificate, or nothing where there is none' },
  },
  'relay.reload-failed': {
    level: 'error',
    says: 'The certificate could not be read again; the one before it stays in use',
    fields: errorFields,
  },
  'relay.option-warning': {
    level: 'warn',
    says: 'Check the options',
    fields: { text: 'what about them' },
  },
  'log.lost': {
    level: 'warn',
    says: 'Lines of the log were lost',
    fields: { lines: 'how many, as their reader stalled' },
  },
  'store.migrated': {
    level: 'info',
    says: 'Changed the shape of the database',
    fields: { migration: 'name of the migration' },
  },
  'store.failed': {
    level: 'error',
    says: 'The store failed',
    fields: { code: 'busy, disk-full, unusable or closed' },
  },
  'store.damaged': {
    level: 'error',
    says: 'A record is damaged and was left where it is',
    fields: { what: 'kind of record', count: 'how many' },
  },
  'health.changed': {
    level: 'warn',
    says: 'The health of a part changed',
    fields: { component: 'database or storage', healthy: 'whether it works now' },
  },
  'background.failed': {
    level: 'error',
    says: 'A background task failed',
    fields: { task: 'name of the task', ...errorFields },
  },
  'request.answered': {
    level: 'debug',
    says: 'Answered a request',
    fields: {
      method: 'its method',
      route: 'template of its route',
      status: 'of the answer',
      milliseconds: millis,
    },
  },
  'request.failed': {
    level: 'error',
    says: 'A request failed',
    fields: { route: 'template of its route', ...errorFields },
  },
  'request.limited': {
    level: 'debug',
    says: 'Refused a request: too many from its address',
    fields: { tier: 'auth or standard' },
  },
  'account.registered': { level: 'debug', says: 'Made an account', fields: {} },
  'account.login': {
    level: 'debug',
    says: 'Somebody logged in, or tried to',
    fields: { outcome: 'accepted, refused or busy' },
  },
  'account.session': {
    level: 'debug',
    says: 'A session went on, or did not',
    fields: { outcome: 'refreshed, refused or ended' },
  },
  'account.session-reused': {
    level: 'warn',
    says: 'A spent refresh token came again: somebody has a copy. Its session was ended',
    fields: {},
  },
  'account.taken-over': { level: 'debug', says: 'Keys of another device took over', fields: {} },
  'prekeys.served': {
    level: 'debug',
    says: 'Handed out a prekey bundle',
    fields: { outcome: 'with-one-time, without or metered' },
  },
  'prekeys.low': { level: 'debug', says: 'Told a client that its prekeys run out', fields: {} },
  'message.accepted': { level: 'debug', says: 'Stored a message', fields: {} },
  'message.refused': {
    level: 'debug',
    says: 'Did not store a message',
    fields: { outcome: 'duplicate, mailbox-full, storage-full or unknown-mailbox' },
  },
  'message.evicted': {
    level: 'debug',
    says: 'Made room in a full mailbox',
    fields: { count: 'how many envelopes went' },
  },
  'message.delivered': {
    level: 'debug',
    says: 'Handed envelopes to a socket',
    fields: { count: 'how many' },
  },
  'message.acknowledged': {
    level: 'debug',
    says: 'Removed acknowledged envelopes',
    fields: { count: 'how many' },
  },
  'cleanup.expired': {
    level: 'debug',
    says: 'Removed what was past its time',
    fields: {
      what: 'envelopes, sessions, attachments, channels, proofs or offers',
      count: 'how many',
    },
  },
  'cleanup.orphans': {
    level: 'info',
    says: 'Removed attachments that no record knew',
    fields: { count: 'how many' },
  },
  'gateway.opened': { level: 'debug', says: 'Opened a socket', fields: {} },
  'gateway.closed': { level: 'debug', says: 'Closed a socket', fields: { reason: 'why' } },
  'gateway.refused': { level: 'debug', says: 'Refused a socket', fields: { reason: 'why' } },
  'gateway.paused': {
    level: 'debug',
    says: 'A client reads slowly; its delivery waits',
    fields: {},
  },
  'live.refused': {
    level: 'debug',
    says: 'Answered a message on the live door with an error',
    fields: { reason: 'why' },
  },
  'channel.posted': {
    level: 'debug',
    says: 'Stored a message in a channel',
    fields: { count: 'to how many sockets it went' },
  },
  'attachment.handled': {
    level: 'debug',
    says: 'Handled an attachment',
    fields: { outcome: 'what became of it' },
  },
} as const satisfies Readonly<Record<string, EventDescription>>

export type EventCatalog = typeof eventCatalog
export type EventName = keyof EventCatalog
