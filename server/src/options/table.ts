/**
 * @module The table of all options, in the order in which the help and the documentation show them.
 */
import type { Option } from '#options/option.ts'
import { accounts, prekeys } from '#options/table/accounts.ts'
import { attachments } from '#options/table/attachments.ts'
import { data } from '#options/table/data.ts'
import { listening } from '#options/table/listening.ts'
import { delivery, mailboxes } from '#options/table/messages.ts'
import { ice, live, liveRates } from '#options/table/live.ts'
import { ohttp } from '#options/table/ohttp.ts'
import { operations } from '#options/table/operations.ts'
import { rates } from '#options/table/rates.ts'
import { appVersions, oblivious, obliviousRates } from '#options/table/vauchi.ts'

export const table = {
  ...listening,
  ...data,
  ...accounts,
  ...prekeys,
  ...mailboxes,
  ...delivery,
  ...rates,
  ...live,
  ...liveRates,
  ...ice,
  ...attachments,
  ...oblivious,
  ...obliviousRates,
  ...appVersions,
  ...ohttp,
  ...operations,
}

export type OptionKey = keyof typeof table

/** What every option reads to, before options that belong together are looked at together. */
export type Values = {
  readonly [K in OptionKey]: (typeof table)[K] extends Option<infer T> ? T : never
}

export const groups: readonly {
  readonly title: string
  readonly options: Readonly<Record<string, Option<unknown>>>
}[] = [
  { title: 'Listening', options: listening },
  { title: 'Data', options: data },
  { title: 'Accounts', options: accounts },
  { title: 'Prekeys', options: prekeys },
  { title: 'Mailboxes', options: mailboxes },
  { title: 'Delivery', options: delivery },
  { title: 'Rate limits', options: rates },
  { title: 'Live door', options: live },
  { title: 'Rate limits of the live door', options: liveRates },
  { title: 'Calls', options: ice },
  { title: 'Attachments', options: attachments },
  { title: 'Oblivious mailboxes', options: oblivious },
  { title: 'Rate limits of oblivious mailboxes', options: obliviousRates },
  { title: 'Versions of clients', options: appVersions },
  { title: 'Oblivious gateway', options: ohttp },
  { title: 'Operations', options: operations },
]
