/**
 * @module Reads the certificate that the options name.
 */
import { readFile } from 'node:fs/promises'
import type { TlsPair } from '#door/listener.ts'
import type { TlsFiles } from '#options.ts'

export async function readTls({ certPath, keyPath }: TlsFiles): Promise<TlsPair> {
  const [cert, key] = await Promise.all([readFile(certPath, 'utf8'), readFile(keyPath, 'utf8')])
  return { cert, key }
}
