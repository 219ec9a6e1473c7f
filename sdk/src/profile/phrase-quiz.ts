/**
 * @module Whether somebody has written their words down: three of them are asked for by their number, and have to fit.
 */
import { phraseWords } from '@sotto/signal/phrase'
import { randomBetween, type Randomness } from '#ports/clock.ts'

export const quizWords = 3

/** Three different numbers of words, from 1 to 24, in ascending order. */
export function phraseQuiz(random: Randomness): readonly number[] {
  const numbers = Array.from({ length: phraseWords }, (_, at) => at + 1)
  const asked = Array.from({ length: quizWords }, () =>
    numbers.splice(randomBetween(random, 0, numbers.length - 1), 1),
  )
  return asked.flat().toSorted((a, b) => a - b)
}

/**
 * Whether the answers are the words of these numbers, in the order of the numbers. `phrase` is as `createProfile` returned
 * it. Spaces around an answer and capitals are forgiven. Fewer questions than a quiz has are never answered.
 */
export function answersFit(
  phrase: string,
  numbers: readonly number[],
  answers: readonly string[],
): boolean {
  const words = phrase.split(' ')
  return (
    new Set(numbers).size === quizWords &&
    numbers.length === answers.length &&
    numbers.every((number, at) => words[number - 1] === normal(answers[at] ?? ''))
  )
}

function normal(answer: string): string {
  return answer.normalize('NFKD').trim().toLowerCase()
}
