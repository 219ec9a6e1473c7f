import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ascii } from '#labels.ts'
import {
  issueSenderCertificate,
  parseSenderCertificate,
  type CertificateSigner,
  type SenderCertificate,
} from '#sealed-sender/sender-certificate.ts'
import {
  alice,
  aliceCertificate,
  aliceName,
  bob,
  carol,
  random,
  server,
  serverCertificate,
  trust,
  trustRoot,
} from '#sealed-sender/senders-for-tests.ts'
import {
  issueServerCertificate,
  parseServerCertificate,
  parseSigned,
  writeSigned,
} from '#sealed-sender/server-certificate.ts'
import {
  isValidSenderCertificate,
  type CertificateTrust,
} from '#sealed-sender/validate-certificate.ts'
import {
  bufferOf,
  codeOf,
  flipped,
  fromHex,
  nowMillis,
  primitives,
  toHex,
} from '#session/parties-for-tests.ts'

const embedded: CertificateSigner = { kind: 'embedded', certificate: serverCertificate }
const known: CertificateSigner = { kind: 'known', keyId: 7 }

function issue(
  options: { readonly signer?: CertificateSigner; readonly nameAs?: 'text' | 'uuid' } = {},
): SenderCertificate {
  const sender = {
    name: aliceName,
    deviceId: 5,
    identityKey: alice.publicKey,
    expiresAtMillis: nowMillis,
  }
  const signing = { signer: embedded, privateKey: server.privateKey, ...options }
  return issueSenderCertificate(primitives, sender, signing, random)
}

function isValid(
  certificate: SenderCertificate,
  by: CertificateTrust = trust,
  at = nowMillis,
): boolean {
  return isValidSenderCertificate(primitives, certificate, by, at)
}

describe('a server certificate', () => {
  test('has the bytes of its table', () => {
    const inner = `0807122105${toHex(server.publicKey)}`
    expect(toHex(serverCertificate.certificate)).toBe(inner)
    expect(toHex(serverCertificate.serialized)).toBe(
      `0a25${inner}1240${toHex(serverCertificate.signature)}`,
    )
    expect(parseServerCertificate(serverCertificate.serialized)).toEqual(serverCertificate)
  })

  test.each([
    ['no key id', `1221${'05'.repeat(33)}`],
    ['no key', '0807'],
  ])('is refused with %s', (_, hex) => {
    const bytes = writeSigned({ certificate: fromHex(hex), signature: new Uint8Array(64) })
    expect(codeOf(() => parseServerCertificate(bytes))).toBe('malformed')
  })
})

describe('a signed certificate', () => {
  const [certificate, signature] = ['0a0161', '120162']

  test('is read with fields that nobody knows, and has both of its own', () => {
    const unknown = 'ba0103616263'
    expect(parseSigned(fromHex(unknown + certificate + signature + unknown))).toEqual({
      certificate: fromHex('61'),
      signature: fromHex('62'),
    })
    for (const hex of ['', certificate, signature, `${certificate}${signature}ff`]) {
      expect(codeOf(() => parseSigned(fromHex(hex)))).toBe('malformed')
    }
  })

  test('holds one with fields that nobody knows, of either kind', () => {
    const more = (signed: Uint8Array): Uint8Array =>
      writeSigned({
        certificate: fromHex(`ba0103616263${toHex(signed)}ba0103616263`),
        signature: new Uint8Array(64),
      })
    expect(parseServerCertificate(more(serverCertificate.certificate))).toMatchObject({
      keyId: 7,
      key: server.publicKey,
    })
    expect(parseSenderCertificate(more(aliceCertificate.certificate))).toMatchObject({
      name: aliceName,
      deviceId: 1,
      identityKey: alice.publicKey,
    })
  })
})

describe('a sender certificate', () => {
  test('has the bytes of its table', () => {
    const expiry = toHex(new Uint8Array(BigUint64Array.of(BigInt(nowMillis)).buffer))
    const name = toHex(ascii(aliceName))
    const start = `1005` + `19${expiry}` + `222105${toHex(alice.publicKey)}`
    const embeddedHex = toHex(serverCertificate.serialized)
    expect(toHex(issue().certificate)).toBe(`${start}2a69${embeddedHex}3224${name}`)
    expect(toHex(issue({ signer: known, nameAs: 'uuid' }).certificate)).toBe(
      `${start}3a10${aliceName.replaceAll('-', '')}4007`,
    )
    expect(toHex(aliceCertificate.certificate.subarray(0, 14))).toBe(
      `0a0c${toHex(ascii('+14151111111'))}`,
    )
  })

  test('is read as it was issued, in all four forms', () => {
    for (const signer of [embedded, known]) {
      for (const nameAs of ['text', 'uuid'] as const) {
        const certificate = issue({ signer, nameAs })
        expect(certificate).toMatchObject({ name: aliceName, deviceId: 5, signer })
        expect(certificate.identityKey).toEqual(alice.publicKey)
        expect(certificate.expiresAtMillis).toBe(nowMillis)
        expect('phoneNumber' in certificate).toBe(false)
        expect(parseSenderCertificate(certificate.serialized)).toEqual(certificate)
      }
    }
    expect(aliceCertificate.phoneNumber).toBe('+14151111111')
  })

  test('takes the last of two signers and of two names', () => {
    const rest = `1005190100000000000000222105${toHex(alice.publicKey)}`
    const parse = (hex: string): SenderCertificate =>
      parseSenderCertificate(
        writeSigned({ certificate: fromHex(rest + hex), signature: new Uint8Array(64) }),
      )
    const signer5 = `2a69${toHex(serverCertificate.serialized)}`
    expect(parse(`${signer5}40093203626f62`).signer).toEqual({ kind: 'known', keyId: 9 })
    expect(parse(`4009${signer5}3203626f62`).signer).toEqual(embedded)
    // What does not count may be anything.
    expect(parse(`2a010840093203626f62`).signer).toEqual({ kind: 'known', keyId: 9 })
    expect(parse(`40093a01113203626f62`).name).toBe('bob')
    expect(parse(`40093203626f623a10${'11'.repeat(16)}`).name).toBe(
      '11111111-1111-1111-1111-111111111111',
    )
    expect(parse(`40093a10${'11'.repeat(16)}3203626f62`).name).toBe('bob')
  })

  test.each([
    ['no device', '', '19', '22', '4009', '32'],
    ['device 0', '1000', '19', '22', '4009', '32'],
    ['device 128', '108001', '19', '22', '4009', '32'],
    ['no expiry', '1001', '', '22', '4009', '32'],
    ['no key', '1001', '19', '', '4009', '32'],
    ['no signer', '1001', '19', '22', '', '32'],
    ['no name', '1001', '19', '22', '4009', ''],
    ['a UUID of 15 bytes', '1001', '19', '22', '4009', `3a0f${'11'.repeat(15)}`],
    ['a signer that is none', '1001', '19', '22', '2a0108', '32'],
    ['a name that is not UTF-8', '1001', '19', '22', '4009', '320180'],
  ])('is refused with %s', (_, device, expiry, key, signer, name) => {
    const certificate = fromHex(
      device +
        (expiry && '190100000000000000') +
        (key && `222105${toHex(alice.publicKey)}`) +
        signer +
        (name === '32' ? '3203626f62' : name),
    )
    const bytes = writeSigned({ certificate, signature: new Uint8Array(64) })
    expect(codeOf(() => parseSenderCertificate(bytes))).toBe('malformed')
  })

  test('is issued only for a device that there is, and as a UUID only if the name is one', () => {
    const sender = { name: 'bob', identityKey: bob.publicKey, expiresAtMillis: 1 }
    const signing = { signer: embedded, privateKey: server.privateKey }
    for (const deviceId of [1, 127]) {
      expect(
        issueSenderCertificate(primitives, { ...sender, deviceId }, signing, random).deviceId,
      ).toBe(deviceId)
    }
    for (const deviceId of [0, 128, 1.5]) {
      expect(
        codeOf(() => issueSenderCertificate(primitives, { ...sender, deviceId }, signing, random)),
      ).toBe('invalid-argument')
    }
    expect(() =>
      issueSenderCertificate(
        primitives,
        { ...sender, deviceId: 1 },
        { ...signing, nameAs: 'uuid' },
        random,
      ),
    ).toThrow(RangeError)
  })

  test('shares no memory with its bytes', () => {
    const bytes = bufferOf(aliceCertificate.serialized)
    const certificate = parseSenderCertificate(bytes)
    bytes.fill(0)
    expect(certificate).toEqual(aliceCertificate)
  })
})

describe('a certificate is valid', () => {
  test('up to its expiry and including it', () => {
    expect(isValid(issue(), trust, nowMillis - 1)).toBe(true)
    expect(isValid(issue(), trust, nowMillis)).toBe(true)
    expect(isValid(issue(), trust, nowMillis + 1)).toBe(false)
  })

  test('under any of several roots, all of which are tried', () => {
    const tried: Uint8Array[] = []
    const watched = {
      ...primitives,
      verifyXeddsa: (key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean => {
        tried.push(key)
        return primitives.verifyXeddsa(key, message, signature)
      },
    }
    const trustRoots = [trustRoot.publicKey, bob.publicKey, carol.publicKey]
    expect(isValidSenderCertificate(watched, issue(), { trustRoots }, nowMillis)).toBe(true)
    expect(tried).toEqual([...trustRoots, server.publicKey])
    expect(isValid(issue(), { trustRoots: trustRoots.toReversed() })).toBe(true)
  })

  test('not without a root, and not under another', () => {
    expect(isValid(issue(), { trustRoots: [] })).toBe(false)
    expect(isValid(issue(), { trustRoots: [bob.publicKey] })).toBe(false)
  })

  test('by id only if that server is known, and signed by a root too', () => {
    const certificate = issue({ signer: known })
    const table = (of: typeof serverCertificate, id = 7): CertificateTrust => ({
      ...trust,
      knownServerCertificates: new Map([[id, of]]),
    })
    expect(isValid(certificate)).toBe(false)
    expect(isValid(certificate, table(serverCertificate, 8))).toBe(false)
    expect(isValid(certificate, table(serverCertificate))).toBe(true)
    const unrooted = issueServerCertificate(
      primitives,
      { keyId: 7, key: server.publicKey },
      bob.privateKey,
      random,
    )
    expect(isValid(certificate, table(unrooted))).toBe(false)
  })

  test('not of a revoked server', () => {
    const revoked = issueServerCertificate(
      primitives,
      { keyId: 0xdead_c357, key: server.publicKey },
      trustRoot.privateKey,
      random,
    )
    const certificate = issue({ signer: { kind: 'embedded', certificate: revoked } })
    expect(isValid(certificate)).toBe(false)
    expect(isValid(certificate, { ...trust, revokedServerKeyIds: new Set() })).toBe(true)
    expect(isValid(issue(), { ...trust, revokedServerKeyIds: new Set([7]) })).toBe(false)
  })

  test('not with any byte changed, nor with any missing', () => {
    const { serialized } = issue({ nameAs: 'uuid' })
    for (let i = 0; i < serialized.length; i++) {
      for (const bytes of [flipped(serialized, i), serialized.subarray(0, i)]) {
        let outcome: unknown
        const code = codeOf(() => {
          outcome = isValid(parseSenderCertificate(bytes))
        })
        expect(['malformed', 'invalid-key', 'nothing']).toContain(code)
        if (code === 'nothing') expect(outcome).toBe(false)
      }
    }
  })
})

test('bytes at random are refused as certificates', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      expect(['malformed', 'invalid-key']).toContain(codeOf(() => parseServerCertificate(bytes)))
      expect(['malformed', 'invalid-key']).toContain(codeOf(() => parseSenderCertificate(bytes)))
    }),
  )
})
