/**
 * @module Options: where attachments rest, and how much of them.
 */
import { option, optional } from '#options/option.ts'
import { bool, bytes, httpUrl, int, oneOf, secret, word } from '#options/shapes.ts'

export const attachments = {
  storage: optional({
    flags: ['--storage'],
    shape: oneOf('disk', 's3'),
    whenUnset:
      's3 when --storage-endpoint, --storage-bucket or --storage-access-key is set, else disk',
    prose:
      'Where attachments rest: disk is a folder in the data folder; s3 is a bucket. An access key that comes ' +
      'from an AWS_ variable alone does not choose s3.',
  }),
  storageEndpoint: optional({
    flags: ['--storage-endpoint'],
    variables: ['OBSCURA_STORAGE_ENDPOINT'],
    shape: httpUrl,
    whenUnset: 'that of Amazon S3 in --storage-region',
    prose: 'The address of an S3-compatible service.',
  }),
  storageBucket: option({
    flags: ['--storage-bucket'],
    variables: ['OBSCURA_STORAGE_BUCKET'],
    shape: word(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of an S3 bucket', 'NAME'),
    byDefault: 'obscura-attachments',
    prose: 'The bucket. It must exist.',
  }),
  storageRegion: option({
    flags: ['--storage-region'],
    variables: ['OBSCURA_STORAGE_REGION'],
    shape: word(/^[A-Za-z0-9-]{1,64}$/, 'the name of a region', 'NAME'),
    byDefault: 'us-east-1',
    prose: 'The region of the bucket.',
  }),
  storageAccessKey: optional({
    flags: ['--storage-access-key'],
    variables: ['OBSCURA_STORAGE_ACCESS_KEY', 'AWS_ACCESS_KEY_ID'],
    shape: secret({ minBytes: 1 }),
    whenUnset: 'none, which s3 does not start without',
    prose: 'The id of the access key for the bucket.',
  }),
  storageSecretKey: optional({
    flags: ['--storage-secret-key'],
    variables: ['OBSCURA_STORAGE_SECRET_KEY', 'AWS_SECRET_ACCESS_KEY'],
    shape: secret({ minBytes: 1 }),
    whenUnset: 'none, which s3 does not start without',
    prose: 'The secret of the access key. Prefer the variable to the flag.',
  }),
  storageForcePathStyle: option({
    flags: ['--storage-force-path-style'],
    variables: ['OBSCURA_STORAGE_FORCE_PATH_STYLE'],
    shape: bool,
    byDefault: 'false',
    prose:
      'Name the bucket in the path instead of in the host name, as MinIO and most small services want it.',
  }),
  storageMaxSizeBytes: option({
    flags: ['--storage-max-size-bytes'],
    variables: ['OBSCURA_STORAGE_MAX_SIZE_BYTES'],
    shape: bytes({ min: 1, max: 2 ** 40 }),
    byDefault: '50MiB',
    prose: 'How large one attachment may be.',
  }),
  maxAttachmentsBytes: option({
    flags: ['--max-attachments-bytes'],
    shape: bytes({ min: 0, max: 2 ** 50 }),
    byDefault: '0',
    prose:
      'How many bytes all attachments together may take on the disk; 0 for no limit but the disk.',
  }),
  storageCleanupIntervalSeconds: option({
    flags: ['--storage-cleanup-interval-secs'],
    variables: ['OBSCURA_STORAGE_CLEANUP_INTERVAL_SECS'],
    shape: int({ min: 1, max: 604_800, unit: 'seconds' }),
    byDefault: '3600',
    prose: 'How often expired attachments are removed. They are out of reach before that.',
  }),
  storageCleanupBatchSize: option({
    flags: ['--storage-cleanup-batch-size'],
    variables: ['OBSCURA_STORAGE_CLEANUP_BATCH_SIZE'],
    shape: int({ min: 1, max: 10_000 }),
    byDefault: '100',
    prose: 'How many expired attachments are removed in one step.',
  }),
}
