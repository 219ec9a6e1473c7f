/**
 * @module Whether the relay answers, whether what is sent to it can be sealed, and whether both have the same time.
 */
import { type Finding, well, wrong } from '#doctor/finding.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** Rejects when nobody answers. */
export type Get = (url: string) => Promise<Answer>

/** A signed challenge and an invitation are good for minutes, and messages are put in order by it. */
const maxSkewSeconds = 60

export async function checkRelay(
  relay: string,
  mode: 'sealed' | 'direct',
  get: Get,
  now: () => number,
): Promise<readonly Finding[]> {
  let health: Answer
  try {
    health = await get(`${relay}/v2/health`)
  } catch {
    return [
      wrong(
        `Nobody answers at ${relay}`,
        'Is the network there? Is the relay running? Another one is chosen by: sotto profile relay URL',
      ),
    ]
  }
  const findings: Finding[] = []
  if (health.status !== 200) {
    findings.push(
      wrong(
        `What answers at ${relay} is no relay of Sotto (status ${health.status})`,
        'Check the address, and whether something in front of the relay hides /v2.',
      ),
    )
    return findings
  }
  findings.push(howReached(relay))
  findings.push(clockAgainst(health.headers['date'], now()))
  if (mode === 'sealed') findings.push(await checkGateway(relay, get))
  return findings
}

function howReached(relay: string): Finding {
  const { protocol, hostname } = new URL(relay)
  if (protocol === 'https:') return well(`The relay answers over https: ${relay}`)
  if (/^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)) {
    return well(`The relay answers on this machine: ${relay}`)
  }
  return wrong(
    `The relay answers without TLS: ${relay}`,
    'Messages are sealed all the same, but the network sees when you write. Ask who runs it for https.',
  )
}

function clockAgainst(date: string | undefined, nowMillis: number): Finding {
  const theirs = date === undefined ? Number.NaN : Date.parse(date)
  if (Number.isNaN(theirs))
    return well('The relay does not tell its time; the clock is not checked')
  const skew = Math.round((nowMillis - theirs) / 1000)
  if (Math.abs(skew) <= maxSkewSeconds)
    return well('The clocks of this machine and the relay agree')
  return wrong(
    `The clock of this machine is ${Math.abs(skew)} seconds ${skew > 0 ? 'ahead of' : 'behind'} the relay's`,
    'Set the clock. Invitations and the order of messages depend on it.',
  )
}

async function checkGateway(relay: string, get: Get): Promise<Finding> {
  try {
    const { status, body } = await get(`${relay}/v2/ohttp-key?format=rfc9458`)
    if (status === 200 && body.length > 0)
      return well('What you send is sealed on its way (Oblivious HTTP)')
  } catch {
    // The same as a relay without one.
  }
  return wrong(
    'The relay has no gateway for sealed requests',
    'Ask who runs it to switch it on, or do without: sotto profile set --mode direct',
  )
}
