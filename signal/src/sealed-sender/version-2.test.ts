import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { curveKeyPairOf, generateCurveKeyPair } from '#keys/curve-key-pair.ts'
import { parseServiceId, type ServiceId } from '#messages/service-address.ts'
import { writeSealedContent, type SealedContent } from '#sealed-sender/sealed-content.ts'
import { sealForMany, type SealedRecipient } from '#sealed-sender/seal-for-many.ts'
import {
  alice,
  bob,
  bobName,
  carol,
  carolName,
  contentOf,
  random,
} from '#sealed-sender/senders-for-tests.ts'
import {
  receivedMessage,
  splitForRecipients,
  type SplitMessage,
} from '#sealed-sender/split-for-recipients.ts'
import { unsealMessage } from '#sealed-sender/unseal.ts'
import {
  ephemeralPair,
  maskMessageSecret,
  sealContent,
  senderTag,
} from '#sealed-sender/version-2-keys.ts'
import {
  codeOf,
  flipped,
  fromHex,
  primitives,
  randomnessOf,
  toHex,
} from '#session/parties-for-tests.ts'

function serviceId(name: string): ServiceId {
  const id = parseServiceId(name)
  if (id === undefined) throw new Error(`Cannot read service id: ${name}`)
  return id
}

const content = contentOf('hello', { type: 'sender-key', contentHint: 1, groupId: fromHex('01') })
const toBob: SealedRecipient = {
  serviceId: serviceId(bobName),
  identityKey: bob.publicKey,
  devices: [
    { deviceId: 1, registrationId: 0 },
    { deviceId: 127, registrationId: 0x3fff },
  ],
}
const toCarol: SealedRecipient = {
  serviceId: serviceId(`PNI:${carolName}`),
  identityKey: carol.publicKey,
  devices: [{ deviceId: 3, registrationId: 300 }],
}
const excluded = [serviceId('11111111-1111-1111-1111-111111111111')]

function seal(
  options: {
    readonly recipients?: readonly SealedRecipient[]
    readonly excluded?: readonly ServiceId[]
    readonly sender?: typeof alice
    readonly content?: SealedContent
  } = {},
): Uint8Array {
  const { recipients = [toBob, toCarol], sender = alice } = options
  const written = writeSealedContent(options.content ?? content)
  const input = { sender, recipients, excluded: options.excluded ?? excluded, content: written }
  return sealForMany(primitives, input, random)
}

function received(split: SplitMessage, index = 0): Uint8Array {
  const recipient = split.recipients[index]
  if (recipient === undefined) throw new Error('Cannot receive: no such recipient')
  return receivedMessage(split, recipient)
}

function splitCode(bytes: Uint8Array): string {
  return codeOf(() => splitForRecipients(bytes))
}

describe('a message sealed for many', () => {
  test('has the recorded bytes', () => {
    const recipient = curveKeyPairOf(
      primitives,
      fromHex('65666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f8081828384'),
    )
    const bytes = sealForMany(
      primitives,
      {
        sender: curveKeyPairOf(primitives, new Uint8Array(32).fill(0x42)),
        recipients: [{ ...toBob, identityKey: recipient.publicKey }],
        excluded,
        content: new TextEncoder().encode('content'),
      },
      (length) => new Uint8Array(length).fill(0x66),
    )
    expect(toHex(bytes)).toBe(
      '2302' +
        `00${bobName.replaceAll('-', '')}` +
        '018000' +
        '7f3fff' +
        '0f4a62f57c92f3a6bfa872f7d554ed64cf7c8121f5cee09b5bad9f477c183c2f' +
        'e28aa8b10cf1d36ab7bb5ebac7a78c67' +
        `00${'11'.repeat(16)}00` +
        'dc66d1d1bf3de329a9be3ed71d489e0bf59c85ee4b9c106c8b4349a71df01215' +
        'eea5bc31eb37c052c349a0704da1adbd831fc2baf8593a',
    )
    // It opens, and what is inside is no sealed content.
    const split = splitForRecipients(bytes)
    expect(codeOf(() => unsealMessage(primitives, recipient, received(split)))).toBe('malformed')
  })

  test('is split into what each one opens, and nobody else', () => {
    const split = splitForRecipients(seal())
    expect(split.recipients.map(({ serviceId: id, devices }) => ({ id, devices }))).toEqual([
      { id: toBob.serviceId, devices: toBob.devices },
      { id: toCarol.serviceId, devices: toCarol.devices },
    ])
    expect(split.excluded).toEqual(excluded)
    expect(unsealMessage(primitives, bob, received(split, 0))).toEqual(content)
    expect(unsealMessage(primitives, carol, received(split, 1))).toEqual(content)
    expect(codeOf(() => unsealMessage(primitives, carol, received(split, 0)))).toBe(
      'invalid-message',
    )
  })

  test('may be for nobody', () => {
    expect(splitForRecipients(seal({ recipients: [] }))).toMatchObject({
      recipients: [],
      excluded,
    })
    expect(splitForRecipients(seal({ recipients: [], excluded: [] }))).toMatchObject({
      recipients: [],
      excluded: [],
    })
  })

  test('may be for more than a byte counts', () => {
    const recipients = Array.from({ length: 128 }, (_, i) => ({
      ...toBob,
      serviceId: { kind: 'account', uuid: new Uint8Array(16).fill(i) } as const,
    }))
    const quick = { ...primitives, x25519: (): Uint8Array => new Uint8Array(32) }
    const bytes = sealForMany(
      quick,
      { sender: alice, recipients, content: new Uint8Array(1) },
      random,
    )
    expect(toHex(bytes.subarray(0, 3))).toBe('238001')
    expect(splitForRecipients(bytes).recipients.map((recipient) => recipient.serviceId)).toEqual(
      recipients.map((recipient) => recipient.serviceId),
    )
  })

  test('is split as it was sealed, whomever it is for', () => {
    const person = fc.record({
      kind: fc.constantFrom('account', 'phone-number'),
      uuid: fc.uint8Array({ minLength: 16, maxLength: 16 }),
      devices: fc.array(
        fc.record({
          deviceId: fc.integer({ min: 1, max: 127 }),
          registrationId: fc.nat(0x3fff),
        }),
        { maxLength: 4 },
      ),
    })
    const people = fc.uniqueArray(person, {
      maxLength: 4,
      selector: ({ kind, uuid }) => `${kind} ${toHex(uuid)}`,
    })
    const quick = { ...primitives, x25519: (): Uint8Array => new Uint8Array(32) }
    fc.assert(
      fc.property(people, (all) => {
        const ids = all.map(({ kind, uuid, devices }) => ({ serviceId: { kind, uuid }, devices }))
        const recipients = ids
          .filter(({ devices }) => devices.length > 0)
          .map((recipient) => ({ ...recipient, identityKey: bob.publicKey }))
        const left = ids.filter(({ devices }) => devices.length === 0)
        const input = {
          sender: alice,
          recipients,
          excluded: left.map((one) => one.serviceId),
          content: new Uint8Array(3),
        }
        const split = splitForRecipients(sealForMany(quick, input, random))
        expect(split.excluded).toEqual(input.excluded)
        expect(split.recipients).toMatchObject(ids.filter(({ devices }) => devices.length > 0))
      }),
      { numRuns: 30 },
    )
  })

  test.each([
    ['twice', [toBob, { ...toBob, devices: [{ deviceId: 2, registrationId: 1 }] }], []],
    ['and excluded', [toBob], [toBob.serviceId]],
    ['excluded twice', [], [toBob.serviceId, toBob.serviceId]],
    ['without a device', [{ ...toBob, devices: [] }], []],
    ['with device 0', [{ ...toBob, devices: [{ deviceId: 0, registrationId: 1 }] }], []],
    ['with device 128', [{ ...toBob, devices: [{ deviceId: 128, registrationId: 1 }] }], []],
    ['with id 2^14', [{ ...toBob, devices: [{ deviceId: 1, registrationId: 0x4000 }] }], []],
    ['with id -1', [{ ...toBob, devices: [{ deviceId: 1, registrationId: -1 }] }], []],
  ] as const)('is not for one %s', (_, recipients, left) => {
    expect(codeOf(() => seal({ recipients, excluded: left }))).toBe('invalid-argument')
  })

  test.each([1, 2])(
    'is neither sealed nor opened when agreement %d comes to nothing',
    (failing) => {
      let count = 0
      const x25519: typeof primitives.x25519 = (...keys) =>
        ++count === failing ? undefined : primitives.x25519(...keys)
      const provider = { ...primitives, x25519 }
      const input = { sender: alice, recipients: [toBob], content: writeSealedContent(content) }
      expect(codeOf(() => sealForMany(provider, input, random))).toBe('invalid-key')
      count = 0
      const bytes = received(splitForRecipients(seal()))
      expect(codeOf(() => unsealMessage(provider, bob, bytes))).toBe('invalid-message')
    },
  )

  test('is not for a key that agrees on nothing', () => {
    const recipients = [{ ...toBob, identityKey: new Uint8Array(32) }]
    expect(codeOf(() => seal({ recipients }))).toBe('invalid-key')
  })
})

describe('splitting', () => {
  const one = seal({ recipients: [toCarol], excluded: [] })
  const entry = toHex(one.subarray(2, 2 + 17 + 3 + 48))
  const devicesAt = 2 + 17
  const sharedAt = 2 + 17 + 3 + 48
  const sharedHex = toHex(one.subarray(sharedAt))
  const excludedEntry = `${entry.slice(0, 34)}00`

  function withByte(at: number, value: number): Uint8Array {
    const bytes = Uint8Array.from(one)
    bytes[at] = value
    return bytes
  }

  test('reads the older form, in which all are accounts', () => {
    const uuid = toCarol.serviceId.uuid
    const bytes = fromHex(`2201${toHex(uuid)}${entry.slice(34)}${sharedHex}`)
    const split = splitForRecipients(bytes)
    expect(split.recipients[0]).toMatchObject({
      serviceId: { kind: 'account', uuid },
      devices: toCarol.devices,
    })
    expect(unsealMessage(primitives, carol, received(split))).toEqual(content)
  })

  test('needs all of what everybody gets in the older form as well', () => {
    const older = fromHex(`2201${toHex(toCarol.serviceId.uuid)}${entry.slice(34)}${sharedHex}`)
    for (let length = 0; length < 2 + 16 + 3 + 48 + 32; length++) {
      expect(splitCode(older.subarray(0, length))).toBe('malformed')
    }
  })

  test('joins the devices of one in several entries', () => {
    const other = entry.replace('03012c', '050001')
    const split = splitForRecipients(fromHex(`2302${entry}${other}${sharedHex}`))
    expect(split.recipients).toHaveLength(1)
    expect(split.recipients[0]?.devices).toEqual([
      { deviceId: 3, registrationId: 300 },
      { deviceId: 5, registrationId: 1 },
    ])
  })

  test.each([
    ['one with devices and without', `2302${entry}${excludedEntry}${sharedHex}`],
    ['one without devices and with', `2302${excludedEntry}${entry}${sharedHex}`],
    ['one excluded twice', `2302${excludedEntry}${excludedEntry}${sharedHex}`],
    ['a count that is too high', `2303${entry}${sharedHex}`],
    ['a count of six bytes', `23818080808000${entry}${sharedHex}`],
    ['a count with needless zeros', `238100${entry}${sharedHex}`],
    ['a huge count', `23ffffffff0f${entry}${sharedHex}`],
    ['a service id of unknown kind', `230102${entry.slice(2)}${sharedHex}`],
    ['nothing', ''],
  ])('refuses %s', (_, hex) => {
    expect(splitCode(fromHex(hex))).toBe('malformed')
  })

  test('refuses devices beyond 127, and 0 after another', () => {
    expect(splitCode(withByte(devicesAt, 128))).toBe('malformed')
    const two = seal({ recipients: [toBob], excluded: [] })
    two[devicesAt + 3] = 0
    expect(splitCode(two)).toBe('malformed')
  })

  test('ignores the unused bit of a registration id', () => {
    const split = splitForRecipients(withByte(devicesAt + 1, 0x41))
    expect(split.recipients[0]?.devices).toEqual(toCarol.devices)
  })

  test.each([0x20, 0x21, 0x24, 0x2f, 0x11, 0x33])('refuses version %d', (version) => {
    expect(splitCode(withByte(0, version))).toBe('unsupported-version')
  })

  test('needs all of what everybody gets', () => {
    for (let length = 0; length < sharedAt + 32; length++) {
      expect(splitCode(one.subarray(0, length))).toBe('malformed')
    }
    expect(splitCode(one.subarray(0, sharedAt + 32))).toBe('nothing')
  })

  test('refuses with nothing but errors of its own', () => {
    for (let i = 0; i < one.length; i++) {
      for (const bit of [1, 0x80]) {
        expect(['nothing', 'malformed', 'unsupported-version']).toContain(
          splitCode(flipped(one, i, bit)),
        )
      }
    }
  })
})

describe('a received message', () => {
  const bytes = received(splitForRecipients(seal()))

  test('has the bytes of its table', () => {
    expect(bytes[0]).toBe(0x22)
    expect(bytes).toHaveLength(1 + 32 + 16 + 32 + writeSealedContent(content).length + 16)
  })

  test('opens with any low nibble', () => {
    for (const version of [0x20, 0x21, 0x23, 0x2f]) {
      const other = Uint8Array.from(bytes)
      other[0] = version
      expect(unsealMessage(primitives, bob, other)).toEqual(content)
    }
  })

  test('opens with no byte changed and none missing', () => {
    for (let i = 1; i < bytes.length; i++) {
      expect(codeOf(() => unsealMessage(primitives, bob, flipped(bytes, i)))).toBe(
        'invalid-message',
      )
      expect(codeOf(() => unsealMessage(primitives, bob, bytes.subarray(0, i)))).toBe(
        i < 81 ? 'malformed' : 'invalid-message',
      )
    }
  })

  test('has to come from whom its certificate names', () => {
    const other = received(splitForRecipients(seal({ sender: carol })))
    expect(codeOf(() => unsealMessage(primitives, bob, other))).toBe('invalid-message')
  })

  test('cannot be made by another recipient, who knows the secret', () => {
    // Carol passes the content that she opened on to Bob, in Alice's name.
    const forged = received(splitForRecipients(seal({ sender: carol, recipients: [toBob] })))
    const genuine = received(splitForRecipients(seal({ recipients: [toBob] })))
    forged.set(genuine.subarray(33, 49), 33)
    expect(codeOf(() => unsealMessage(primitives, bob, forged))).toBe('invalid-message')
  })

  test.each([true, false])("opens only if its ephemeral key is the secret's own: %s", (isOwn) => {
    const secret = random(32)
    const pair = isOwn
      ? ephemeralPair(primitives, secret)
      : generateCurveKeyPair(primitives, random)
    const keys = { ephemeral: pair.publicKey, recipient: bob.publicKey }
    const agreed = primitives.x25519(pair.privateKey, bob.publicKey)
    const agreedWithSender = primitives.x25519(alice.privateKey, bob.publicKey)
    if (agreed === undefined || agreedWithSender === undefined) {
      throw new Error('Cannot agree: these are honest keys')
    }
    const masked = maskMessageSecret(primitives, secret, agreed, keys)
    const parts = { ...keys, masked, sender: alice.publicKey }
    const made = Uint8Array.from([
      0x22,
      ...masked,
      ...senderTag(primitives, agreedWithSender, parts),
      ...pair.publicKey,
      ...sealContent(primitives, secret, writeSealedContent(content)),
    ])
    expect(codeOf(() => unsealMessage(primitives, bob, made))).toBe(
      isOwn ? 'nothing' : 'invalid-message',
    )
  })

  test('with an ephemeral key that agrees on nothing is refused', () => {
    const zeroed = Uint8Array.from(bytes)
    zeroed.fill(0, 49, 81)
    expect(codeOf(() => unsealMessage(primitives, bob, zeroed))).toBe('invalid-message')
  })

  test('from anybody opens for anybody', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), (text, seed) => {
        const recipient = generateCurveKeyPair(primitives, randomnessOf(seed))
        const recipients = [{ ...toBob, identityKey: recipient.publicKey }]
        const sent = seal({ recipients, content: contentOf(text) })
        expect(unsealMessage(primitives, recipient, received(splitForRecipients(sent)))).toEqual(
          contentOf(text),
        )
      }),
      { numRuns: 10 },
    )
  })
})
