/**
 * @module What Linux knows of the process, from `/proc/self` (proc(5)). Other systems have none of it.
 */
import { readdir, readFile } from 'node:fs/promises'

export interface ProcessStatus {
  readonly openFiles: number
  /** How many it may open; infinite where nothing bounds it. */
  readonly maxFiles: number
  readonly threads: number
  readonly virtualBytes: number
}

/** Undefined where there is no such file system, or nothing more can be opened. */
export async function readProcessStatus(): Promise<ProcessStatus | undefined> {
  try {
    const [files, limits, stat] = await Promise.all([
      readdir('/proc/self/fd'),
      readFile('/proc/self/limits', 'latin1'),
      readFile('/proc/self/stat', 'latin1'),
    ])
    // Behind the program's name, which may hold anything: the state, which is the third field, and so on.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const soft = /^Max open files +(\S+)/m.exec(limits)?.[1]
    return {
      // One of them is the folder that was read.
      openFiles: files.length - 1,
      maxFiles: soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft),
      threads: Number(fields[20 - 3]),
      virtualBytes: Number(fields[23 - 3]),
    }
  } catch {
    return undefined
  }
}
