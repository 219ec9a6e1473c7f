/**
 * @module What can happen in the relay: one helper per event, which steps its instruments and writes its line.
 * What each line holds stands in `event-catalog.ts`, what each instrument counts in `metric-catalog.ts`.
 *
 * Code that reports something takes the helpers that it needs: `Pick<Events, 'messageStored' | 'delivered'>`.
 */
import { describeError } from '#watch/describe-error.ts'
import { createEmit } from '#watch/emit.ts'
import type { Label } from '#watch/label-values.ts'
import type { Log } from '#watch/log.ts'
import type { Metrics } from '#watch/metrics.ts'
import { createRequestTally } from '#watch/request-tally.ts'
import { createVauchiRequests } from '#watch/vauchi-requests.ts'

export type Events = ReturnType<typeof createEvents>

export interface EventsDependencies {
  readonly log: Log
  readonly metrics: Metrics
  readonly now: () => number
}

export function createEvents({ log, metrics, now }: EventsDependencies) {
  const count = metrics.instruments
  const emit = createEmit(log, now)
  // Asked once: the level does not change, and making a line's fields costs more than counting.
  const debug = log.wants('debug')
  const healthByComponent = new Map<string, boolean>()
  const tally = createRequestTally(metrics)
  const countVauchi = createVauchiRequests(count)
  const stored = count.messages.labels({ outcome: 'stored' })
  const framesRelayed = count.mediaFrames.labels({ outcome: 'relayed' })
  const framesLimited = count.mediaFrames.labels({ outcome: 'limited' })

  function session(outcome: Exclude<Label<'session'>, 'reused'>): void {
    count.sessions.inc({ outcome })
    if (debug) emit('account.session', { outcome })
  }

  function attachment(outcome: Label<'attachment'>): void {
    count.attachments.inc({ outcome })
    if (debug) emit('attachment.handled', { outcome })
  }

  return {
    // ------------------------------------------------------------------------------------------ the relay

    relayStarting(version: string, runtime: string): void {
      emit('relay.starting', { version, runtime })
    },
    relayListening(
      what: 'clients' | 'operations',
      at: { readonly host: string; readonly port: number; readonly tls: string },
    ): void {
      emit('relay.listening', { for: what, host: at.host, port: at.port, tls: at.tls })
    },
    relayReady(milliseconds: number): void {
      emit('relay.ready', { milliseconds: Math.round(milliseconds) })
    },
    /** `reason` is a signal's name or the name of what failed. */
    relayStopping(reason: string): void {
      emit('relay.stopping', { reason })
    },
    relayStopped(milliseconds: number): void {
      emit('relay.stopped', { milliseconds: Math.round(milliseconds) })
    },
    relayReloaded(what: 'certificate' | 'nothing'): void {
      emit('relay.reloaded', { what })
    },
    relayReloadFailed(error: unknown): void {
      emit('relay.reload-failed', { ...describeError(error) })
    },
    optionWarning(text: string): void {
      emit('relay.option-warning', { text })
    },
    healthChecked(component: Label<'component'>, healthy: boolean): void {
      count.health.set({ component }, healthy ? 1 : 0)
      const before = healthByComponent.get(component) ?? true
      healthByComponent.set(component, healthy)
      if (before !== healthy) emit('health.changed', { component, healthy })
    },
    /** `task` is a name from the source, never made from data. */
    backgroundFailed(task: string, error: unknown): void {
      count.backgroundFailures.inc()
      count.vauchiPanics.inc()
      emit('background.failed', { task, ...describeError(error) })
    },

    // ------------------------------------------------------------------------------------------ the store

    migrated(migration: string): void {
      emit('store.migrated', { migration })
    },
    storeFailed(code: Label<'storeFailure'>): void {
      count.storeFailures.inc({ code })
      emit('store.failed', { code })
    },
    recordsDamaged(what: Label<'damaged'>, records: number): void {
      if (records === 0) return
      count.damaged.inc({ what }, records)
      emit('store.damaged', { what, count: records })
    },
    /** Without a line: it happens up to 2,000 times a second. */
    committed(operations: number, milliseconds: number): void {
      count.commitBatch.observe(operations)
      count.commitSeconds.observe(milliseconds / 1000)
    },
    expired(what: Label<'expiring'>, removed: number): void {
      if (removed === 0) return
      count.expired.inc({ what }, removed)
      if (what === 'envelopes') count.vauchiBlobsExpired.inc(removed)
      if (debug) emit('cleanup.expired', { what, count: removed })
    },
    orphansSwept(removed: number): void {
      if (removed === 0) return
      count.orphans.inc(removed)
      emit('cleanup.orphans', { count: removed })
    },

    // ------------------------------------------------------------------------------------------- requests

    /** `route` is the route's template ('/v1/keys/{userId}') or 'unmatched', never the path that was asked for. */
    requestAnswered(
      requestMethod: string,
      template: string,
      status: number,
      milliseconds: number,
    ): void {
      const method = tally.methodOf(requestMethod)
      const route = tally.routeOf(template)
      const statusClass = tally.statusClassOf(status)
      tally.count(method, route, statusClass)
      count.requestSeconds.observe({ route, status: statusClass }, milliseconds / 1000)
      countVauchi(method, route, status, milliseconds)
      if (!debug) return
      emit('request.answered', { method, route, status, milliseconds: twoPlaces(milliseconds) })
    },
    requestFailed(template: string, error: unknown): void {
      count.requestsFailed.inc()
      count.vauchiPanics.inc()
      emit('request.failed', { route: tally.routeOf(template), ...describeError(error) })
    },
    /** What came out of a seal was no request, or one for no route. Without a line: there is no route to name. */
    sealedRefused(): void {
      count.vauchiRejected.inc()
    },
    rateLimited(tier: Label<'tiers'>): void {
      count.rateLimited.inc({ tier })
      if (debug) emit('request.limited', { tier })
    },

    // ------------------------------------------------------------------------------------------- accounts

    registered(): void {
      count.accountsRegistered.inc()
      if (debug) emit('account.registered', {})
    },
    /** 'busy' when too many passwords wait to be hashed. */
    loginTried(outcome: Label<'login'>): void {
      count.logins.inc({ outcome })
      if (debug) emit('account.login', { outcome })
    },
    sessionRefreshed(): void {
      session('refreshed')
    },
    sessionRefused(): void {
      session('refused')
    },
    sessionEnded(): void {
      session('ended')
    },
    sessionReused(): void {
      count.sessions.inc({ outcome: 'reused' })
      emit('account.session-reused', {})
    },
    takenOver(): void {
      count.takeovers.inc()
      if (debug) emit('account.taken-over', {})
    },
    prekeysServed(outcome: Label<'prekeys'>): void {
      count.prekeysServed.inc({ outcome })
      if (debug) emit('prekeys.served', { outcome })
    },
    prekeysLow(): void {
      count.prekeysLow.inc()
      if (debug) emit('prekeys.low', {})
    },

    // ------------------------------------------------------------------------------------------- messages

    messageStored(evicted: number): void {
      stored.inc()
      count.vauchiBlobsCreated.inc()
      if (debug) emit('message.accepted', {})
      if (evicted === 0) return
      count.evicted.inc(evicted)
      if (debug) emit('message.evicted', { count: evicted })
    },
    messageRefused(outcome: Exclude<Label<'message'>, 'stored'>): void {
      count.messages.inc({ outcome })
      if (debug) emit('message.refused', { outcome })
    },
    delivered(envelopes: number): void {
      if (envelopes === 0) return
      count.delivered.observe(envelopes)
      count.vauchiSent.inc(envelopes)
      if (debug) emit('message.delivered', { count: envelopes })
    },
    acknowledged(envelopes: number): void {
      if (envelopes === 0) return
      count.acknowledged.observe(envelopes)
      count.vauchiBlobsDelivered.inc(envelopes)
      if (debug) emit('message.acknowledged', { count: envelopes })
    },
    /** Without a line: that of the request says the same. */
    proofStored(): void {
      count.vauchiVouchers.inc()
    },

    // ------------------------------------------------------------------------------------ sockets and blobs

    gatewayOpened(): void {
      count.sockets.inc()
      count.vauchiConnections.inc()
      count.vauchiConnectionsActive.inc()
      if (debug) emit('gateway.opened', {})
    },
    /** Once for each `gatewayOpened`. */
    gatewayClosed(reason: Label<'closed'>): void {
      count.sockets.dec()
      count.vauchiConnectionsActive.dec()
      count.socketsClosed.inc({ reason })
      if (debug) emit('gateway.closed', { reason })
    },
    gatewayRefused(reason: Label<'gatewayRefused'>): void {
      count.socketsRefused.inc({ reason })
      count.vauchiConnectionErrors.inc()
      if (debug) emit('gateway.refused', { reason })
    },
    /** The client does not keep up; delivery waits until its socket drains. */
    readerPaused(): void {
      count.socketsPaused.inc()
      if (debug) emit('gateway.paused', {})
    },
    liveRefused(reason: Label<'liveRefused'>): void {
      count.liveRefused.inc({ reason })
      if (debug) emit('live.refused', { reason })
    },
    channelPosted(sockets: number): void {
      count.channelMessages.inc()
      count.channelDeliveries.inc(sockets)
      if (debug) emit('channel.posted', { count: sockets })
    },
    /** Without a line: there are thousands a second. */
    mediaFrame(outcome: Label<'mediaFrames'>): void {
      if (outcome === 'relayed') framesRelayed.inc()
      else framesLimited.inc()
    },
    attachmentStored(bytes: number): void {
      attachment('stored')
      count.attachmentBytes.observe(bytes)
    },
    attachmentServed(): void {
      attachment('served')
    },
    attachmentRefused(reason: Exclude<Label<'attachment'>, 'stored' | 'served'>): void {
      attachment(reason)
    },
  }
}

function twoPlaces(value: number): number {
  return Math.round(value * 100) / 100
}
