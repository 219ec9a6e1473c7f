/**
 * @module Options: the oblivious gateway, and the attachments that come through it without an account.
 */
import { option, optional } from '#options/option.ts'
import { bool, bytes, int } from '#options/shapes.ts'

export const ohttp = {
  ohttpEnabled: option({
    flags: ['--ohttp-enabled'],
    variables: ['RELAY_OHTTP_ENABLED'],
    shape: bool,
    byDefault: 'true',
    prose:
      'Whether the relay opens sealed requests (Oblivious HTTP), whose senders it does not see. Somebody else should ' +
      'carry them here: sotto-relay forward.',
  }),
  ohttpKeyRotationHours: option({
    flags: ['--ohttp-key-rotation-hours'],
    variables: ['RELAY_OHTTP_KEY_ROTATION_HOURS'],
    shape: int({ min: 1, max: 8760, unit: 'hours' }),
    byDefault: '24',
    prose:
      'For how long the key of the gateway is published. It is accepted for as long before and after.',
  }),
  ohttpKeyRotationSeconds: optional({
    flags: ['--ohttp-key-rotation-secs'],
    variables: ['RELAY_OHTTP_KEY_ROTATION_SECS'],
    shape: int({ min: 1, max: 31_536_000, unit: 'seconds' }),
    whenUnset: '--ohttp-key-rotation-hours holds',
    prose:
      'The same in seconds, and in place of it: for tests. Below 600 a forwarder may keep a key until it is gone.',
  }),
  ohttpMaxRequestBytes: option({
    flags: ['--ohttp-max-request-bytes'],
    shape: bytes({ min: 1024, max: 4 * 2 ** 20 }),
    byDefault: '128KiB',
    prose:
      'How large a sealed request may be. Whoever carries them has a limit too, 64 KiB by default.',
  }),
  ohttpPerSecond: option({
    flags: ['--ohttp-per-second'],
    shape: int({ min: 1, max: 1_000_000 }),
    byDefault: '500',
    prose:
      'How many sealed requests a second are opened in the long run, of all senders together: nobody can tell them ' +
      'apart. What they are for has limits of its own.',
  }),
  ohttpBurst: option({
    flags: ['--ohttp-burst'],
    shape: int({ min: 1, max: 1_000_000 }),
    byDefault: '2000',
    prose: 'How many sealed requests are opened at once.',
  }),
  anonymousAttachmentMaxBytes: option({
    flags: ['--anonymous-attachment-max-bytes'],
    shape: bytes({ min: 1, max: 4 * 2 ** 20 }),
    byDefault: '95KiB',
    prose:
      'How large an attachment without an account may be, where --ohttp-max-request-bytes allows it. What is larger, ' +
      'clients cut.',
  }),
  anonymousAttachmentsMaxBytes: option({
    flags: ['--anonymous-attachments-max-bytes'],
    shape: bytes({ min: 0, max: 2 ** 50 }),
    byDefault: '1GiB',
    prose:
      'How many bytes attachments without an account may take together: half of it at once, the rest over the days ' +
      'that one is kept. 0 takes none. --max-attachments-bytes holds for all attachments.',
  }),
  anonymousAttachmentsPerSecond: option({
    flags: ['--anonymous-attachments-per-second'],
    shape: int({ min: 1, max: 100_000 }),
    byDefault: '50',
    prose: 'How many attachments without an account a second are taken in the long run.',
  }),
}
