/**
 * @module Which versions of clients the operator lets in. One that is too old is told by when to be newer, and is
 * refused after that.
 */
import type { Clock } from '#relay/clock.ts'
import type { ActionReply } from '#door/vauchi/reply.ts'

export interface VersionRule {
  readonly minimum: number
  /** Below this a client asks its user for an update. */
  readonly warn: number
  /** Since when the minimum is what it is, and how long older clients are let in after that. */
  readonly changedAtMillis: number
  readonly graceMillis: number
}

export interface VersionGate {
  /** Of a request without a version: 0. */
  readonly check: (version: number) => VersionCheck
}

export interface VersionCheck {
  readonly headers: Readonly<Record<string, string>>
  readonly refusal: ActionReply | undefined
}

export const largestVersion = 65_535

export function createVersionGate(rule: VersionRule, clock: Clock): VersionGate {
  const { minimum, warn } = rule
  const headers = { 'x-min-version': String(minimum), 'x-warn-version': String(warn) }
  const deadlineMillis = rule.changedAtMillis + rule.graceMillis
  const deadline = String(Math.floor(deadlineMillis / 1000))
  const welcome: VersionCheck = { headers, refusal: undefined }
  const late: VersionCheck = {
    headers: { ...headers, 'x-upgrade-deadline': deadline },
    refusal: undefined,
  }
  const refused: VersionCheck = {
    headers: {},
    refusal: {
      status: 426,
      body: { status: 'error', error: 'upgrade_required', min_version: minimum },
    },
  }
  return {
    check: (version) =>
      version >= minimum ? welcome : clock.now() < deadlineMillis ? late : refused,
  }
}

/** A u16 in decimal; everything else, and nothing, is 0. */
export function versionIn(header: string | null): number {
  return header !== null && /^\d{1,5}$/.test(header) ? boundedVersion(Number(header)) : 0
}

export function boundedVersion(version: number): number {
  return Number.isInteger(version) && version >= 0 && version <= largestVersion ? version : 0
}
