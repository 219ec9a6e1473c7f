/**
 * @module Writes docs/protocols/content.md from the schemas of what clients say and of what they hand on about themselves.
 * `content-page.test.ts` fails when the page is older than the schemas.
 */
import { writeFile } from 'node:fs/promises'
import { cardRecords, cardsVersion } from '@sotto/wire/cards'
import { channelSchemas, channelsVersion } from '@sotto/wire/channels'
import { contentKinds, contentVersion, letterFields } from '@sotto/wire/content'
import type { DescribedField } from '@sotto/wire/live'
import { code, fieldTable, item, paragraph, table } from './schema-page.ts'

const intro = [
  'This page is generated from the schemas in `wire/src/content/`, `wire/src/cards/` and `wire/src/channels/` by ' +
    `\`bun tools/content-page.ts\`. It describes version ${contentVersion} of contents, version ${cardsVersion} of ` +
    `records and version ${channelsVersion} of channels; what changed from version to version stands in ` +
    '`wire/content-history.md`, `wire/cards-history.md` and `wire/channels-history.md`.',
  'It is what our own clients write for each other. A relay can read none of it but what it hands out as it is: ' +
    'bundles, one-time keys, lists of devices, and offers of meetings.',
]

const layers: readonly (readonly string[])[] = [
  [
    'seal',
    'HPKE to the recipient; info `sotto/seal/1`, associated data the address',
    '`veil/src/seal/`',
  ],
  ['padding', '4 bytes of length, the letter, zeros up to a step', '`veil/src/padding/`'],
  ['letter', 'sender, device, kind, body', 'below'],
  ['ratchet', "the body: exactly libsignal's bytes", '`signal/`'],
  ['content', 'its plaintext', 'below'],
]

const encoding = [
  'Contents, letters and records are one map in MessagePack each, whose keys are texts. Nothing may stand before it or ' +
    'behind it.',
  'Entries may come in any order and are written in alphabetical order, integers in their shortest form, bytes as `bin`.',
  'Unknown entries are ignored. Of several entries with one name the last counts. Nil is the same as absence.',
  'A map has 256 entries at most, and values nest 32 levels deep at most.',
  'Lengths of texts count UTF-16 units. Moments are milliseconds since 1970.',
  'What is longer than a table allows, or of another kind, makes the whole map malformed. It is dropped, and nobody is ' +
    'told.',
]

const contents = [
  'Every content has an `id`, and is processed once, however often it comes. What it says about others is believed only ' +
    'where its author may say it: an `edit` or a `delete` of what somebody else has said changes nothing.',
  'A `type` is 1 to 32 of `a-z`, `0-9` and `_`. A map with an unknown one, an `id` and a `sent_at` is kept, and shown as ' +
    'what needs a newer version.',
  '`receipts` and `unreadable` go to contacts only, after a random delay: an answer at once would tell anybody with the ' +
    'address when somebody is awake.',
]

const records = [
  'How they are signed and checked stands in [identity.md](identity.md). An entry that is new raises `version`, and ' +
    'older readers ignore it; what they must not misread takes another label of the signature.',
]

const channels = [
  'A channel is a chain of records, and its members are whom the records make so: what the relay says of members counts ' +
    'for nothing. Each record names the hash of the one before. It is signed by its author under `sotto/channel-`, its ' +
    'type, `/1`, in the wrapper `signed`, and encrypted for members; the relay keeps the records in order. A grant is ' +
    'signed under `sotto/channel-grant/1`.',
  'What does not continue the chain, or is signed by nobody who may do that, is not applied. Its place at the relay is ' +
    'none in the chain. [Decision 11](../decisions/0011-channels-are-chains.md) says why.',
  'Records and what is posted are encrypted alike: 32 random bytes, then a block padded as sealed ones are, under ' +
    'ChaCha20-Poly1305 with a key that HKDF-SHA-256 makes of a secret (salt the random bytes, info the purpose) and a ' +
    'nonce of zeros, since every key is used once.',
]

const channelLayers: readonly (readonly string[])[] = [
  [
    'record',
    "the channel's secret; info `sotto/channel/record/1`, associated data the channel's id",
    'a `signed` record',
  ],
  [
    'post',
    "the secret of its author's sender key; info `sotto/channel/post/1`, associated data the channel's id and the author",
    "exactly libsignal's bytes of a sender-key message, whose plaintext is `said`",
  ],
]

export function contentPage(): string {
  return `${[
    '# What clients say',
    ...intro.map(paragraph),
    '## From outside in',
    table(['layer', 'what', 'where'], layers),
    '## Encoding',
    encoding.map((rule) => item(rule)).join('\n'),
    '## Letters',
    paragraph('What is inside the seal. It has no `type`.'),
    fieldTable(letterFields, false),
    '## Contents',
    ...contents.map(paragraph),
    ...Object.values(contentKinds).flatMap(section),
    '## Records',
    ...records.map(paragraph),
    ...cardRecords.flatMap(section),
    '## Channels',
    ...channels.map(paragraph),
    table(['what', 'encrypted with', 'inside'], channelLayers),
    ...channelSchemas.flatMap(section),
  ].join('\n\n')}\n`
}

interface Described {
  readonly name: string
  readonly prose: string
  readonly fields: Readonly<Record<string, DescribedField>>
}

function section({ name, prose, fields }: Described): readonly string[] {
  return [`### ${code(name)}`, paragraph(prose), fieldTable(fields, false)]
}

if (import.meta.main) {
  await writeFile(new URL('../docs/protocols/content.md', import.meta.url), contentPage())
}
