/**
 * @module `name`. What the channel is called, and how it looks.
 */
import { channelRecord, nameField, pictureField } from '#channels/parts.ts'

export const name = channelRecord('name', 'An admin names the channel.', {
  name: nameField,
  picture: pictureField,
})
