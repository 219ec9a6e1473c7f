/**
 * @module Before the tests of a mutant: properties draw the same examples every time, so that a mutant's fate is the same
 * in every run; few of them, where a test does not say how many it needs; and no simpler one is sought when one fails.
 */
import fc from 'fast-check'

fc.configureGlobal({ seed: 20_260_801, numRuns: 30, endOnFailure: true })
