import { defineConfig } from 'vitest/config'

/** Two projects: `unit` runs the engine under plain Node, `e2e` drives the built app in a real Electron. */
export default defineConfig({
  test: {
    environment: 'node',
    // Tests start tokens, hubs and judges of their own, each a process, and mostly wait for them.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/e2e/**'],
          pool: 'forks',
          // Property tests take many turns, and a build machine may be busy with something else.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/e2e/setup.ts'],
          pool: 'forks',
          // One screen, one app at a time.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
})
