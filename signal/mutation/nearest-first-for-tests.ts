/**
 * @module The order of test files for a mutant: the changed file's own, then those of its folder, and shorter ones before
 * longer ones. The first test that fails ends the run, so most mutants meet no more than one file.
 */
import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

export class NearestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const changed = this.ctx.config.related ?? []
    const ownTests = new Set(changed.map((path) => path.replace(/\.ts$/, '.test.ts')))
    const folders = new Set(changed.map(dirname))
    const rankOf = ({ moduleId }: TestSpecification): number => {
      if (ownTests.has(moduleId)) return 0
      return folders.has(dirname(moduleId)) ? 1 : 2
    }
    const sizeOf = ({ moduleId }: TestSpecification): number => statSync(moduleId).size
    const order = (a: TestSpecification, b: TestSpecification): number =>
      rankOf(a) - rankOf(b) || sizeOf(a) - sizeOf(b)
    return Promise.resolve([...files].sort(order))
  }
}
