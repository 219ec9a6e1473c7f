/**
 * @module Options: mailboxes and what waits in them, and how it reaches a socket.
 */
import { option } from '#options/option.ts'
import { bytes, int, oneOf } from '#options/shapes.ts'

export const mailboxes = {
  ttlDays: option({
    flags: ['--ttl-days', '--message-ttl-days'],
    variables: ['OBSCURA_TTL_DAYS', 'MESSAGE_TTL_DAYS'],
    shape: int({ min: 1, max: 3650, unit: 'days' }),
    byDefault: '30',
    prose: 'How long messages and attachments wait before they are removed unread.',
  }),
  maxInboxSize: option({
    flags: ['--max-inbox-size'],
    variables: ['OBSCURA_MAX_INBOX_SIZE', 'SC_MAX_OFFLINE_MESSAGES', 'MAX_INBOX_SIZE'],
    shape: int({ min: 1, max: 100_000 }),
    byDefault: '1000',
    prose: 'How many messages a mailbox holds.',
  }),
  maxInboxBytes: option({
    flags: ['--max-inbox-bytes'],
    shape: bytes({ min: 2 ** 21, max: 2 ** 40 }),
    byDefault: '256MiB',
    prose: 'How many bytes of messages a mailbox holds.',
  }),
  inboxOverflow: option({
    flags: ['--inbox-overflow'],
    shape: oneOf('refuse', 'drop-oldest'),
    byDefault: 'refuse',
    prose:
      'What happens to a message for a full mailbox: refuse tells the sender and keeps what is there; ' +
      'drop-oldest takes it and removes the oldest, as other relays of this protocol do, so that anyone who ' +
      "may send can push out a stranger's mail.",
  }),
  messagingCleanupIntervalSeconds: option({
    flags: ['--messaging-cleanup-interval-secs', '--message-cleanup-interval-secs'],
    variables: [
      'OBSCURA_MESSAGING_CLEANUP_INTERVAL_SECS',
      'RELAY_CLEANUP_INTERVAL',
      'MESSAGE_CLEANUP_INTERVAL_SECS',
    ],
    shape: int({ min: 1, max: 604_800, unit: 'seconds' }),
    byDefault: '300',
    prose:
      'How often expired messages and sessions are removed. They are out of reach before that.',
  }),
}

export const delivery = {
  batchLimit: option({
    flags: ['--batch-limit', '--message-batch-limit'],
    variables: ['OBSCURA_BATCH_LIMIT', 'MESSAGE_BATCH_LIMIT'],
    shape: int({ min: 1, max: 10_000 }),
    byDefault: '50',
    prose: 'How many waiting messages are read from the store at a time for one socket.',
  }),
  wsAckBufferSize: option({
    flags: ['--ws-ack-buffer-size'],
    variables: ['OBSCURA_WS_ACK_BUFFER_SIZE', 'WS_ACK_BUFFER_SIZE'],
    shape: int({ min: 1, max: 100_000 }),
    byDefault: '100',
    prose:
      'How many acknowledgements of one socket may be gathered before they are written: a cap on ' +
      '--ws-ack-batch-size. None is dropped.',
  }),
  wsAckBatchSize: option({
    flags: ['--ws-ack-batch-size'],
    variables: ['OBSCURA_WS_ACK_BATCH_SIZE', 'WS_ACK_BATCH_SIZE'],
    shape: int({ min: 1, max: 100_000 }),
    byDefault: '50',
    prose: 'How many acknowledgements of one socket are written together at most.',
  }),
  wsAckFlushIntervalMillis: option({
    flags: ['--ws-ack-flush-interval-ms'],
    variables: ['OBSCURA_WS_ACK_FLUSH_INTERVAL_MS', 'WS_ACK_FLUSH_INTERVAL_MS'],
    shape: int({ min: 1, max: 60_000, unit: 'milliseconds' }),
    byDefault: '500',
    prose: 'How long an acknowledgement waits for others before it is written.',
  }),
}
