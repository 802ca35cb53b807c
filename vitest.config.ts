import { defineConfig } from 'vitest/config'

const conditions = ['@speak-code/source']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    pool: 'forks',
    include: [
      'packages/*/src/**/*.test.{ts,tsx}',
      'packages/*/test/**/*.test.{ts,tsx}',
      'bench/src/**/*.test.ts',
      'test/**/*.test.ts',
    ],
    reporters: ['default', './test/count-reporter.ts'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
})
