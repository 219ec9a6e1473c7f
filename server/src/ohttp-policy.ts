/**
 * @module What the options mean for the oblivious gateway.
 */
import type { OhttpPolicy } from '#door/ohttp/ohttp.ts'
import type { Options } from '#options.ts'

const daySeconds = 86_400

export function ohttpPolicy(options: Options): OhttpPolicy {
  return {
    keyWindowSeconds:
      options.ohttpKeyRotationSeconds ?? (options.ohttpKeyRotationHours * daySeconds) / 24,
    maxRequestBytes: options.ohttpMaxRequestBytes,
    requestTimeoutMillis: options.requestTimeoutSeconds * 1000,
    perSecond: options.ohttpPerSecond,
    burst: options.ohttpBurst,
    attachments: {
      maxBytes: options.anonymousAttachmentMaxBytes,
      maxTotalBytes: options.anonymousAttachmentsMaxBytes,
      perSecond: options.anonymousAttachmentsPerSecond,
      ttlMillis: options.ttlDays * daySeconds * 1000,
    },
  }
}
