/**
 * @module Opens what the options name: the database, and the place for attachments.
 */
import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Options } from '#options.ts'
import type { BlobStore } from '#store/blobs/blobs.ts'
import { openDiskBlobs } from '#store/blobs/disk.ts'
import { openMemoryStore } from '#store/memory/open.ts'
import { openSqliteStore } from '#store/sqlite/open.ts'
import type { Store } from '#store/store.ts'
import type { Events } from '#watch/events.ts'

export async function openStore(options: Options, events: Events): Promise<Store> {
  const { database } = options
  if (database.kind === 'memory') return openMemoryStore()
  await mkdir(dirname(database.path), { recursive: true, mode: 0o700 })
  const store = await openSqliteStore({
    path: database.path,
    onReport(report) {
      if (report.kind === 'commit') events.committed(report.operations, report.millis)
      else if (report.failed) events.storeFailed('disk-full')
    },
  })
  for (const name of store.applied) events.migrated(name)
  return store
}

export async function openBlobs(options: Options): Promise<BlobStore> {
  const { storage } = options
  if (storage.kind === 'disk') {
    return openDiskBlobs({
      folder: join(options.dataDir, 'attachments'),
      maxTotalBytes: options.maxAttachmentsBytes,
      randomBytes,
    })
  }
  const { openS3Blobs } = await import('#store/blobs/s3.ts')
  return openS3Blobs({
    endpoint: storage.endpoint,
    bucket: storage.bucket,
    region: storage.region,
    accessKey: storage.accessKey.reveal(),
    secretKey: storage.secretKey.reveal(),
    forcePathStyle: storage.forcePathStyle,
    // Everything below it that no record knows is swept away: it must be this relay's alone.
    prefix: 'sotto/',
    nowMillis: Date.now,
  })
}
