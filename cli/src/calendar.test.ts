import { expect, test } from 'vitest'
import {
  dateAndTime,
  dayInWords,
  spanInWords,
  spanShort,
  timeOfDay,
  utcCalendar,
  whenShort,
} from '#calendar.ts'

const now = Date.UTC(2026, 10, 30, 14, 5)
const day = 86_400_000

test('days are said as people say them', () => {
  expect(dayInWords(utcCalendar, now, now)).toBe('Today')
  expect(dayInWords(utcCalendar, now - day, now)).toBe('Yesterday')
  expect(dayInWords(utcCalendar, now - 12 * day, now)).toBe('Wednesday, 18 November')
  expect(dayInWords(utcCalendar, Date.UTC(2025, 0, 1), now)).toBe('Wednesday, 1 January 2025')
})

test('the shortest word for a moment depends on how long ago it is', () => {
  expect(whenShort(utcCalendar, now, now)).toBe('14:05')
  expect(whenShort(utcCalendar, now - day, now)).toBe('Yesterday')
  expect(whenShort(utcCalendar, now - 3 * day, now)).toBe('Fri')
  expect(whenShort(utcCalendar, now - 12 * day, now)).toBe('18 Nov')
  expect(whenShort(utcCalendar, Date.UTC(2024, 5, 1), now)).toBe('2024')
  expect(timeOfDay(utcCalendar, Date.UTC(2026, 0, 1, 3, 4))).toBe('03:04')
  expect(dateAndTime(utcCalendar, now)).toBe('30 November 2026, 14:05')
})

test('spans are in units that fit', () => {
  expect(spanInWords(4 * 604_800)).toBe('4 weeks')
  expect(spanInWords(86_400)).toBe('1 day')
  expect(spanInWords(5400)).toBe('90 minutes')
  expect(spanInWords(30)).toBe('30 seconds')
  expect(spanShort(2 * day)).toBe('2d')
  expect(spanShort(90_000)).toBe('1m')
  expect(spanShort(-5)).toBe('0s')
})
