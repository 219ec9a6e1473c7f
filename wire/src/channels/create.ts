/**
 * @module `create`. The first record of a channel. Its hash is the channel's id, so that whoever knows the id can tell the
 * chain from any other.
 */
import { identityField, versionField } from '#cards/parts.ts'
import { atField, nameField, ownNameField, pictureField, readsAtField } from '#channels/parts.ts'
import { bytes } from '#live/kinds.ts'
import { field, message } from '#live/schema.ts'

export const create = message(
  'create',
  'Makes the channel. Its author is the first member, and an admin.',
  {
    version: versionField,
    identity: identityField,
    at: atField,
    nonce: field(bytes(32), 'Drawn at random, so that no two channels are the same.'),
    address: readsAtField,
    own_name: ownNameField,
    name: nameField,
    picture: pictureField,
  },
  'ours',
)
