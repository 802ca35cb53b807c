/** Vitest's own count as the output's last line, plain: `N passed, N failed, N skipped`. */
import type { Reporter, TestModule, Vitest } from 'vitest/node'

type State = 'passed' | 'failed' | 'skipped'

export default class CountReporter implements Reporter {
  #vitest: Vitest | undefined

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    // An error outside of any test (a file that cannot be loaded, a stray rejection) is a failure too.
    const count: Record<State, number> = { passed: 0, failed: unhandled.length, skipped: 0 }
    for (const module of modules) {
      count.failed += module.errors().length
      for (const suite of module.children.allSuites()) count.failed += suite.errors().length
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        count[state === 'pending' ? 'failed' : state] += 1
      }
    }
    this.#vitest?.logger.log(
      `${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`,
    )
  }
}
