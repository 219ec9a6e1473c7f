/**
 * @module Invitations among what people type.
 */

export function isLink(text: string): boolean {
  return text.includes('#i.')
}

/** A terminal breaks a long link into lines, and who copies it has them in it. */
export function withoutSpaces(link: string): string {
  return link.replaceAll(/\s+/g, '')
}
