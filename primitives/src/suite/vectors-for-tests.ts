/**
 * @module Vectors that are not part of this repository: they lie beside it, and a browser is served that folder.
 */

/** Node and Bun name themselves here; every browser begins alike. */
export const isBrowser: boolean = navigator.userAgent.startsWith('Mozilla/')

/** The text of a file, undefined if it is not there. */
export async function readVectors(path: string): Promise<string | undefined> {
  if (isBrowser) {
    const response = await fetch(`/${path}`)
    // For what is not there the server has a page.
    const isPage = response.headers.get('content-type')?.startsWith('text/html') === true
    return response.ok && !isPage ? await response.text() : undefined
  }
  const { existsSync, readFileSync } = await import('node:fs')
  const url = new URL(`../../../../shared/vectors/${path}`, import.meta.url)
  return existsSync(url) ? readFileSync(url, 'utf8') : undefined
}
