/**
 * @module Invitations among what people type: of a person, and into a channel.
 */

export function isLink(text: string): boolean {
  return text.includes('#i.')
}

export function isChannelLink(text: string): boolean {
  return text.includes('#c.')
}

/** A terminal breaks a long link into lines, and who copies it has them in it. */
export function withoutSpaces(link: string): string {
  return link.replaceAll(/\s+/g, '')
}
