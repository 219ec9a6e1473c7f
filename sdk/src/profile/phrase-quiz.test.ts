import { generatePhrase } from '@sotto/signal/phrase'
import { expect, test } from 'vitest'
import { fakeRandomness } from '#ports/fake-randomness.ts'
import { answersFit, phraseQuiz } from '#profile/phrase-quiz.ts'

const random = fakeRandomness('quiz')
const phrase = generatePhrase(random)
const wordAt = (number: number): string => phrase.split(' ')[number - 1] ?? ''

test('three different words are asked for, and every one of the 24 sometimes', () => {
  const asked = new Set<number>()
  for (let round = 0; round < 300; round++) {
    const quiz = phraseQuiz(random)
    expect(new Set(quiz).size).toBe(3)
    expect(quiz).toEqual(quiz.toSorted((a, b) => a - b))
    for (const number of quiz) asked.add(number)
  }
  expect([...asked].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 24 }, (_, i) => i + 1))
})

test('the words fit at their numbers, with capitals and spaces around them', () => {
  const quiz = phraseQuiz(random)
  const answers = quiz.map(wordAt)
  expect(answersFit(phrase, quiz, answers)).toBe(true)
  const typed = answers.map((word) => ` ${word.toUpperCase()}\n`)
  expect(answersFit(phrase, quiz, typed)).toBe(true)
})

test('another word, another order, one answer too few or too many do not fit', () => {
  const quiz = [1, 12, 24]
  const [first = '', second = '', third = ''] = quiz.map(wordAt)
  const wrong = [
    [first, second, wordAt(23)],
    [first, second, ''],
    [first, second, `${third} ${third}`],
    [second, first, third],
    [first, second],
    [first, second, third, third],
    [],
  ]
  for (const answers of wrong) expect(answersFit(phrase, quiz, answers)).toBe(false)
})

test('a quiz that asks too little, or for what is not there, is never answered', () => {
  for (const quiz of [[], [1], [1, 2], [1, 1, 1], [1, 1, 2], [0, 1, 2], [24, 25, 26]]) {
    expect(answersFit(phrase, quiz, quiz.map(wordAt))).toBe(false)
  }
})
