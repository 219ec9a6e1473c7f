/**
 * @module Whether the folder of the profiles is its owner's alone, and has room.
 */
import { readdir, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { type Finding, well, wrong } from '#doctor/finding.ts'
import { sizeInWords } from '#text/size.ts'

const lowBytes = 200 * 2 ** 20

export async function checkFiles(home: string): Promise<readonly Finding[]> {
  const folder = await stat(home)
  const open: string[] = []
  if ((folder.mode & 0o077) !== 0) open.push(home)
  for (const name of await readdir(home)) {
    const path = join(home, name)
    if (((await stat(path)).mode & 0o077) !== 0) open.push(path)
  }
  const { bavail, bsize } = await statfs(home)
  const free = bavail * bsize
  return [
    open.length === 0
      ? well(`Only you can read the files in ${home}`)
      : wrong(
          `Others on this machine can read ${open.length === 1 ? open[0] : `${open.length} of your files`}`,
          `They are encrypted all the same. Make them yours alone: chmod -R go= ${home}`,
        ),
    free >= lowBytes
      ? well(`The disk has room: ${sizeInWords(free)} are free`)
      : wrong(
          `The disk is nearly full: ${sizeInWords(free)} are free`,
          'Make room. With none, nothing can be received or sent.',
        ),
  ]
}
