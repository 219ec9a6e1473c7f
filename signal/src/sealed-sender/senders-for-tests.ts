/**
 * @module A trust root, a server and people with certificates, for tests of sealed sender.
 */
import { generateCurveKeyPair, type CurveKeyPair } from '#keys/curve-key-pair.ts'
import { ascii } from '#labels.ts'
import type { SealedContent } from '#sealed-sender/sealed-content.ts'
import {
  issueSenderCertificate,
  type SenderCertificate,
} from '#sealed-sender/sender-certificate.ts'
import { issueServerCertificate } from '#sealed-sender/server-certificate.ts'
import type { CertificateTrust } from '#sealed-sender/validate-certificate.ts'
import { nowMillis, primitives, randomnessOf } from '#session/parties-for-tests.ts'

export const random = randomnessOf('sealed sender')
export const trustRoot = generateCurveKeyPair(primitives, random)
export const server = generateCurveKeyPair(primitives, random)
export const serverCertificate = issueServerCertificate(
  primitives,
  { keyId: 7, key: server.publicKey },
  trustRoot.privateKey,
  random,
)
export const trust: CertificateTrust = { trustRoots: [trustRoot.publicKey] }

export const aliceName = '9d0652a3-dcc3-4d11-975f-74d61598733f'
export const bobName = '6838237d-02f6-4098-b110-698253d15961'
export const carolName = '796abedb-ca4e-4f18-8803-1fde5b921f9f'
export const alice: CurveKeyPair = generateCurveKeyPair(primitives, random)
export const bob: CurveKeyPair = generateCurveKeyPair(primitives, random)
export const carol: CurveKeyPair = generateCurveKeyPair(primitives, random)

export function certificateOf(
  sender: CurveKeyPair,
  name: string,
  options: { readonly deviceId?: number; readonly phoneNumber?: string } = {},
): SenderCertificate {
  const { deviceId = 1, phoneNumber } = options
  return issueSenderCertificate(
    primitives,
    { name, deviceId, phoneNumber, identityKey: sender.publicKey, expiresAtMillis: nowMillis },
    {
      signer: { kind: 'embedded', certificate: serverCertificate },
      privateKey: server.privateKey,
    },
    random,
  )
}

export const aliceCertificate: SenderCertificate = certificateOf(alice, aliceName, {
  phoneNumber: '+14151111111',
})

export function contentOf(text: string, options: Partial<SealedContent> = {}): SealedContent {
  return {
    type: 'whisper',
    certificate: aliceCertificate,
    message: ascii(text),
    contentHint: 0,
    ...options,
  }
}
