/**
 * @module Times as people read them: in their own zone, in words where words are shorter.
 */

export interface LocalTime {
  readonly year: number
  /** 0 is January. */
  readonly month: number
  readonly day: number
  /** 0 is Sunday. */
  readonly weekday: number
  readonly hour: number
  readonly minute: number
}

/** Handed in, so that tests are the same everywhere. */
export type Calendar = (millis: number) => LocalTime

export const localCalendar: Calendar = (millis) => {
  const date = new Date(millis)
  return {
    year: date.getFullYear(),
    month: date.getMonth(),
    day: date.getDate(),
    weekday: date.getDay(),
    hour: date.getHours(),
    minute: date.getMinutes(),
  }
}

export const utcCalendar: Calendar = (millis) => {
  const date = new Date(millis)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth(),
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
  }
}

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
]

/** 14:05. */
export function timeOfDay(calendar: Calendar, millis: number): string {
  const { hour, minute } = calendar(millis)
  return `${two(hour)}:${two(minute)}`
}

/** Days since some day, for comparing. */
export function dayNumber(calendar: Calendar, millis: number): number {
  const { year, month, day } = calendar(millis)
  return Math.round(Date.UTC(year, month, day) / 86_400_000)
}

/** Today, Yesterday, Wednesday, 18 November; with the year when it is another. */
export function dayInWords(calendar: Calendar, millis: number, nowMillis: number): string {
  const ago = dayNumber(calendar, nowMillis) - dayNumber(calendar, millis)
  if (ago === 0) return 'Today'
  if (ago === 1) return 'Yesterday'
  const { year, month, day, weekday } = calendar(millis)
  const date = `${weekdays[weekday] ?? ''}, ${day} ${months[month] ?? ''}`
  return year === calendar(nowMillis).year ? date : `${date} ${year}`
}

/** As short as it goes: 14:05, Yesterday, Tue, 18 Nov, 2024. */
export function whenShort(calendar: Calendar, millis: number, nowMillis: number): string {
  const ago = dayNumber(calendar, nowMillis) - dayNumber(calendar, millis)
  if (ago <= 0) return timeOfDay(calendar, millis)
  if (ago === 1) return 'Yesterday'
  const { year, month, day, weekday } = calendar(millis)
  if (ago < 7) return (weekdays[weekday] ?? '').slice(0, 3)
  if (year === calendar(nowMillis).year || ago < 180) {
    return `${day} ${(months[month] ?? '').slice(0, 3)}`
  }
  return String(year)
}

/** 18 November 2026, 14:05. */
export function dateAndTime(calendar: Calendar, millis: number): string {
  const { year, month, day } = calendar(millis)
  return `${day} ${months[month] ?? ''} ${year}, ${timeOfDay(calendar, millis)}`
}

const units = [
  { seconds: 604_800, name: 'week' },
  { seconds: 86_400, name: 'day' },
  { seconds: 3600, name: 'hour' },
  { seconds: 60, name: 'minute' },
  { seconds: 1, name: 'second' },
] as const

/** 4 weeks, 1 day, 90 minutes: in the largest unit that has no remainder worth speaking of. */
export function spanInWords(seconds: number): string {
  const unit = units.find(
    (each) =>
      seconds >= each.seconds && (seconds % each.seconds === 0 || seconds >= 3 * each.seconds),
  )
  const { seconds: each, name } = unit ?? { seconds: 1, name: 'second' }
  const count = Math.max(0, Math.round(seconds / each))
  return `${count} ${name}${count === 1 ? '' : 's'}`
}

/** 3d, 5h, 2m: how long is left. */
export function spanShort(millis: number): string {
  const seconds = Math.max(0, Math.ceil(millis / 1000))
  const unit = units.slice(1).find((each) => seconds >= each.seconds)
  return unit === undefined ? '0s' : `${Math.floor(seconds / unit.seconds)}${unit.name[0] ?? ''}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
