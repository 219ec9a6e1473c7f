import { describe, expect, test } from 'vitest'
import { sampleContact as contact } from '#people-for-tests.ts'
import { contactsMeant, findContact, nameOf } from '#names.ts'

const ann = contact({ id: 'a1b2c3d4e5', name: 'Ann' })
const otherAnn = contact({ id: 'a9b2c3d4e5', name: 'Ann' })
const maren = contact({ id: 'm1b2c3d4e5', name: 'Ann', nickname: 'Maren' })
const nameless = contact({ id: 'ffff00001111', identity: 'abcdef'.repeat(11) })

describe('a name means', () => {
  test('the nickname before what somebody calls themselves', () => {
    expect(contactsMeant([ann, maren], 'maren')).toEqual([maren])
    expect(contactsMeant([ann, maren], 'Ann')).toEqual([ann])
    expect(contactsMeant([maren], 'Ann')).toEqual([maren])
  })

  test('the beginning of a name, an id or an identity', () => {
    expect(contactsMeant([ann, maren], 'mar')).toEqual([maren])
    expect(contactsMeant([ann, nameless], 'ffff0')).toEqual([nameless])
    expect(contactsMeant([ann, nameless], 'abcdefab')).toEqual([nameless])
    expect(contactsMeant([ann, nameless], 'fff')).toEqual([])
  })

  test('nobody when it is empty', () => {
    expect(contactsMeant([ann], ' ')).toEqual([])
  })
})

test('of two the person is asked which', () => {
  expect(() => findContact([ann, otherAnn], 'Ann')).toThrow(
    /^Two contacts are called Ann:\n {2}Ann \(a0000000\), id a1b2c3d4\n {2}Ann \(a0000000\), id a9b2c3d4\n/,
  )
})

test('nobody is found with what may have been meant', () => {
  expect(() => findContact([maren], 'Maern')).toThrow(/Did you mean: Maren/)
  expect(() => findContact([], 'Ann')).toThrow(/See: sotto contacts list/)
})

test('who has no name is called by the beginning of the key', () => {
  expect(nameOf(nameless)).toBe('abcdefab…')
})
