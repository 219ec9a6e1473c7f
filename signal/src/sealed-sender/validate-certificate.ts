/**
 * @module Whether a sender's certificate is to be believed: a trust root signed the server's, the server signed the
 * sender's, and its time is not over.
 */
import type { Primitives } from '@sotto/primitives'
import type { SenderCertificate } from '#sealed-sender/sender-certificate.ts'
import type { ServerCertificate } from '#sealed-sender/server-certificate.ts'

export interface CertificateTrust {
  /** Public keys, 32 bytes each. Several are for the time when one replaces another. */
  readonly trustRoots: readonly Uint8Array[]
  /** Certificates that senders' may name by their key id. They need a trust root's signature as well. */
  readonly knownServerCertificates?: ReadonlyMap<number, ServerCertificate>
  /** `defaultRevokedServerKeyIds` if not given. */
  readonly revokedServerKeyIds?: ReadonlySet<number>
}

/** The id that libsignal keeps for tests of this rule. */
export const defaultRevokedServerKeyIds: ReadonlySet<number> = new Set([0xdead_c357])

export function isValidSenderCertificate(
  primitives: Primitives,
  certificate: SenderCertificate,
  trust: CertificateTrust,
  nowMillis: number,
): boolean {
  const server = signerOf(certificate, trust)
  if (server === undefined) return false
  const revoked = trust.revokedServerKeyIds ?? defaultRevokedServerKeyIds
  if (revoked.has(server.keyId)) return false

  // All roots are tried, so that the time does not tell which one it was.
  let isTrusted = false
  for (const root of trust.trustRoots) {
    const isSigned = primitives.verifyXeddsa(root, server.certificate, server.signature)
    isTrusted = isSigned || isTrusted
  }
  if (!isTrusted) return false
  if (!primitives.verifyXeddsa(server.key, certificate.certificate, certificate.signature)) {
    return false
  }
  return nowMillis <= certificate.expiresAtMillis
}

function signerOf(
  { signer }: SenderCertificate,
  trust: CertificateTrust,
): ServerCertificate | undefined {
  if (signer.kind === 'embedded') return signer.certificate
  return trust.knownServerCertificates?.get(signer.keyId)
}
