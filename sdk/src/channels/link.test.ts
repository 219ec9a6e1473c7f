import { describe, expect, test } from 'vitest'
import { readChannelLink } from '@sotto/wire/channels'
import { alice, mallory, primitives } from '#cards/people-for-tests.ts'
import { Chain, nameOf, random } from '#channels/chains-for-tests.ts'
import { readLink, writeLink } from '#channels/link.ts'

const chain = new Chain(alice)
const token = random(32)

function linkWith(grant: Uint8Array, relay = 'https://relay.example'): string {
  const [channel, secret] = [chain.channel, chain.secret].map((hex) => Uint8Array.fromHex(hex))
  if (channel === undefined || secret === undefined) throw new Error('No channel')
  return writeLink(relay, { channel, secret, token, grant })
}

describe('a link', () => {
  const grant = chain.grant(alice, { expiresAtMillis: 5 })
  const link = linkWith(grant)

  test('has everything that somebody needs to come in', () => {
    expect(readLink(primitives, link)).toEqual({
      relay: 'https://relay.example',
      channel: chain.channel,
      secret: chain.secret,
      token: token.toHex(),
      grant: grant.toHex(),
      grantedBy: nameOf(alice),
      expiresAtMillis: 5,
    })
  })

  test('is read as people paste it', () => {
    for (const text of [` ${link}\n`, `<${link}>`, `(${link}).`]) {
      expect(readLink(primitives, text)?.channel).toBe(chain.channel)
    }
  })

  test('is none when it is of something else, was changed, or goes to no relay', () => {
    const other = linkWith(chain.grant(alice, { channel: '00'.repeat(32) }))
    const signedByNobody = Uint8Array.from(grant)
    signedByNobody[signedByNobody.length - 1] = (signedByNobody.at(-1) ?? 0) ^ 1
    const broken = [
      other,
      linkWith(signedByNobody),
      link.replace('#c.', '#i.'),
      link.slice(0, -1),
      `${link}A`,
      link.replace('https://relay.example/', 'https://relay.example/path'),
      link.replace('https://', 'ftp://'),
      linkWith(grant, 'http://relay.example'),
      'https://relay.example/#c.',
      `${link}${'A'.repeat(5000)}`,
    ]
    for (const each of broken) expect(readLink(primitives, each)).toBeUndefined()
  })

  test('throws for nothing that was made of one', () => {
    for (let at = 0; at < link.length; at++) {
      const changed = `${link.slice(0, at)}${link[at] === 'A' ? 'B' : 'A'}${link.slice(at + 1)}`
      const read = readLink(primitives, changed)
      if (read !== undefined) expect(read.grantedBy).toBe(nameOf(alice))
    }
  })

  test('says who gave it out, whoever that is: the chain says who may', () => {
    expect(readLink(primitives, linkWith(chain.grant(mallory)))?.grantedBy).toBe(nameOf(mallory))
    expect(readChannelLink(new Uint8Array(0))).toBeUndefined()
  })
})
