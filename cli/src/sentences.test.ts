import { errorCodes, SottoError } from '@sotto/sdk'
import { expect, test } from 'vitest'
import { Refusal } from '#refusal.ts'
import { reasonInWords } from '#reasons.ts'
import { sentenceOf, sentences } from '#sentences.ts'

test.each(Object.keys(errorCodes))("the engine's '%s' is said in sentences", (code) => {
  const sentence = sentences.get(code) ?? ''
  expect(sentence).toMatch(/^[A-Z]/)
  expect(sentence.split('\n').length).toBeLessThan(4)
})

test('what was typed is not repeated, but what is wrong with it is said', () => {
  const error = new SottoError(
    'invalid-phrase',
    'Cannot read recovery phrase: word 3 is not in the list',
  )
  expect(sentenceOf(error)).toBe(
    'These are not the 24 words of an identity: word 3 is not in the list.',
  )
})

test('what should not happen has no sentence', () => {
  expect(sentenceOf(new TypeError('x is undefined'))).toBeUndefined()
  expect(sentenceOf(new Refusal('Say which.'))).toBe('Say which.')
})

test('a reason that is not known is still words', () => {
  expect(reasonInWords('mailbox-full')).toBe('their mailbox is full')
  expect(reasonInWords('some-new-reason')).toBe('some new reason')
})
