/**
 * @module Writes docs/protocols/live.md from the schemas of the live door. `live-page.test.ts` fails when the page is older
 * than the schemas, so that nobody writes a client against messages that are not there.
 */
import { writeFile } from 'node:fs/promises'
import {
  capabilities,
  distributionFields,
  downMessages,
  liveVersion,
  upMessages,
  type Message,
} from '@sotto/wire/live'
import { code, fieldTable, item, paragraph, table } from './schema-page.ts'

const intro = [
  'This page is generated from the schemas in `wire/src/live/` by `bun tools/live-page.ts`. ' +
    `It describes version ${liveVersion}; what changed from version to version stands in \`wire/live-history.md\`.`,
  "The door is a WebSocket at `/ws`. It speaks Mobium's protocol, so that its clients can point at this relay unchanged, " +
    'and more to clients that ask for it by naming [capabilities](#capabilities).',
]

const encoding = [
  'A frame is binary and holds one map in MessagePack, whose keys are texts. The entry `type` says which message it is.',
  'Entries may come in any order and are written in alphabetical order, integers in their shortest form.',
  'Unknown entries are ignored. Of several entries with one name the last counts. Nil is the same as absence, except ' +
    'where the tables allow it. What stands behind the map is ignored.',
  'Bytes are read in three forms: as `bin`, as an array of integers from 0 to 255, or as a text in hex. They are ' +
    'written as arrays, which is all that original clients read, or as `bin` to who speaks it.',
  'An array with any other element, a text that is no hex, and bytes of a wrong length make the message malformed.',
  'An integer may come as a float without a fraction. It lies between −(2^53 − 1) and 2^53 − 1.',
  'A message nests eight levels deep at most, and has 256 entries at most.',
  'A malformed message changes nothing, is answered with `error`, and the connection stays.',
]

const media = [
  '`voice_data` and `screen_data` are not decoded by the relay. It finds the channel, drops what the client wrote as ' +
    '`sender`, appends the one it knows, and copies every other entry as it came. Only bytes change their form, when ' +
    'the listener reads another one than the speaker writes. Such a message has 64 entries at most.',
]

const afterUp = [
  'An entry of the `distributions` of `sender_key_distribution` is a map. A malformed one ends the list: those before ' +
    'it are handed on.',
]

const prekeys = [
  '`one_time_prekeys` of `publish_prekeys` is a byte string that is MessagePack in itself: an array of byte strings, ' +
    'each an array of integers or a `bin` of up to 64 bytes, a thousand at most. Anything else counts as no keys.',
]

export function livePage(): string {
  return `${[
    '# The live door',
    ...intro.map(paragraph),
    '## Encoding',
    encoding.map((rule) => item(rule)).join('\n'),
    '## Capabilities',
    paragraph(
      'A client lists what it can do in `auth`, the relay in `auth_challenge` and `auth_success`. What only one of ' +
        'them names is not used, and unknown names are ignored.',
    ),
    table(
      ['name', 'what it means'],
      Object.entries(capabilities).map(([name, prose]) => [code(name), prose]),
    ),
    '## What a client says',
    ...Object.values(upMessages).flatMap(section),
    '### Entries of a distribution',
    ...afterUp.map(paragraph),
    fieldTable(distributionFields, false),
    '### One-time keys',
    ...prekeys.map(paragraph),
    '### Voice and screen',
    ...media.map(paragraph),
    '## What the relay says',
    ...Object.values(downMessages).flatMap(section),
  ].join('\n\n')}\n`
}

const origins = {
  mobium: '',
  'mobium-later': ' Since a later version of Mobium.',
  ours: ' Ours.',
}

function section({ name, prose, fields, origin }: Message): readonly string[] {
  const heading = [`### ${code(name)}`, paragraph(prose + origins[origin])]
  if (Object.keys(fields).length === 0) return heading
  return [...heading, fieldTable(fields, origin !== 'ours')]
}

if (import.meta.main) {
  await writeFile(new URL('../docs/protocols/live.md', import.meta.url), livePage())
}
