/**
 * @module What each side can do beyond the original protocol. A client lists its capabilities in `auth`, the relay in
 * `auth_challenge` and `auth_success`; what only one of them has is not used. Unknown names are ignored.
 */

/** Of the schemas, their history stands in wire/live-history.md. */
export const liveVersion = 2

export const capabilities = {
  bin: "Bytes travel as MessagePack's own `bin`.",
  ack: 'Messages carry ids and stay until an `ack` names them; the `ack` of the relay carries a status.',
  devices: 'An identity has several devices, and their signed list is published.',
  keys: 'Keys of the Signal protocol are published and handed out, one device at a time.',
  watch: 'Messages are collected from mailboxes that are not the own one.',
  records: 'Channels keep records that members sign.',
  history: '`get_history` takes `after_id`, and its answer says whether there is more.',
  x_sig: 'A signature by the identity comes along with its X25519 key.',
  addresses:
    'Mailboxes have addresses to send to, and keys to read with: `watch` and `unwatch` take `keys`.',
} as const

export type Capability = keyof typeof capabilities

export const capabilityNames: readonly Capability[] = [
  'bin',
  'ack',
  'devices',
  'keys',
  'watch',
  'records',
  'history',
  'x_sig',
  'addresses',
]
