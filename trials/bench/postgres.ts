/**
 * @module PostgreSQL next to the relay: one insert a transaction with synchronous commit, through its own `pgbench` over
 * TCP, into a table with the index that delivery would need.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { Histogram } from '#bench/load/histogram.ts'
import { findExecutable } from '#bench/redis.ts'
import type { Row } from '#bench/report.ts'
import { percentiles } from '#bench/system.ts'
import { freePort } from '#relay-process.ts'

const durability = 'synchronous_commit on'
const table = `CREATE TABLE envelope (
  recipient int NOT NULL, id bigserial NOT NULL, body bytea NOT NULL, PRIMARY KEY (recipient, id))`
const script = (recipients: number): string =>
  `\\set recipient random(1, ${recipients})\n` +
  'INSERT INTO envelope (recipient, body) VALUES (:recipient, :body);\n'

export interface Postgres extends AsyncDisposable {
  measure(inFlight: number, seconds: number): Row
}

/** The reason, where PostgreSQL cannot be run. */
export async function startPostgres(
  directory: string,
  recipients: number,
  contentBytes: number,
): Promise<Postgres | string> {
  const binaries = findBinaries()
  if (binaries === undefined) return 'PostgreSQL (initdb, pg_ctl, pgbench) is not installed'
  // The server refuses to run as root, so there it runs as the user that its package made.
  const isRoot = process.getuid?.() === 0
  if (isRoot && spawnSync('runuser', ['-u', 'postgres', '--', 'true']).status !== 0) {
    return 'PostgreSQL does not run as root, and there is no user "postgres" to run it as'
  }
  const home = join(directory, 'postgres')
  mkdirSync(home)
  if (isRoot) {
    chmodSync(directory, 0o711)
    spawnSync('chown', ['postgres', home])
  }
  const run = (name: string, parameters: readonly string[]): string => {
    const command = [join(binaries, name), ...parameters]
    const [file = '', ...rest] = isRoot ? ['runuser', '-u', 'postgres', '--', ...command] : command
    const done = spawnSync(file, rest, { cwd: home, encoding: 'utf8', timeout: 120_000 })
    if (done.status === 0) return done.stdout
    throw new Error(`Cannot run ${name}: ${done.stderr.trim() || `status ${done.status}`}`)
  }
  const data = join(home, 'data')
  const port = await freePort()
  const server = `-p ${port} -h 127.0.0.1 -k ${home} -c max_connections=300 -c shared_buffers=256MB`
  const database = ['-h', '127.0.0.1', '-p', String(port)]
  run('initdb', ['-D', data, '-A', 'trust', '-U', 'bench', '--no-sync'])
  run('pg_ctl', ['-D', data, '-o', server, '-l', join(home, 'log'), '-w', 'start'])
  const stop = (): void => void run('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop'])
  try {
    run('psql', [...database, '-U', 'bench', '-d', 'postgres', '-q', '-c', table])
    writeFileSync(join(home, 'insert.sql'), script(recipients))
  } catch (error) {
    stop()
    throw error
  }
  return {
    measure: (inFlight, seconds) => {
      const log = join(home, 'pgbench_log')
      run('pgbench', [
        ...[...database, '-U', 'bench', '-n', '-M', 'prepared', '-f', join(home, 'insert.sql')],
        ...['-D', `body=${'x'.repeat(contentBytes)}`, '-c', String(inFlight), '-j', '2'],
        ...['-T', String(seconds), '-l', `--log-prefix=${log}`, 'postgres'],
      ])
      return toRow(readLog(home), inFlight, seconds)
    },
    [Symbol.asyncDispose]: async () => stop(),
  }
}

/** Each line of pgbench's log: client, transaction, microseconds, script, epoch, its microseconds. */
function readLog(home: string): Histogram {
  const latencies = new Histogram()
  for (const file of readdirSync(home).filter((name) => name.startsWith('pgbench_log'))) {
    for (const line of readFileSync(join(home, file), 'utf8').split('\n')) {
      const micros = Number(line.split(' ')[2] ?? Number.NaN)
      if (Number.isFinite(micros)) latencies.record(micros / 1000)
    }
    rmSync(join(home, file))
  }
  return latencies
}

function toRow(latencies: Histogram, inFlight: number, seconds: number): Row {
  return {
    workload: 'W1',
    system: 'postgres INSERT',
    load: `${inFlight} in flight`,
    perSecond: latencies.count / seconds,
    failed: 0,
    ...percentiles(latencies),
    cpuSeconds: undefined,
    writtenBytes: undefined,
    rssBytes: undefined,
    durability,
  }
}

function findBinaries(): string | undefined {
  const debian = '/usr/lib/postgresql'
  let versions: readonly string[] = []
  try {
    versions = readdirSync(debian).map((version) => join(debian, version, 'bin'))
  } catch {
    // Not a Debian, or none installed: the search path may still have it.
  }
  const directories = [...versions.toReversed(), ...(process.env['PATH'] ?? '').split(delimiter)]
  return directories.find((directory) =>
    ['initdb', 'pg_ctl', 'pgbench', 'psql'].every(
      (name) => findExecutable(name, [directory]) !== undefined,
    ),
  )
}
