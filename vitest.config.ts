import { defineConfig } from 'vitest/config';

/** It looks at the memory of its own process, in which nothing else may have run. */
const MEASURES_ITSELF = 'operator/engine/real-engine-footprint.test.ts';

/** So does this, and for twenty seconds. */
const FUZZES = 'test/fuzz/decide/decide.test.ts';

/** Unit tests stand beside their source; what needs a control plane stands in test/e2e, each file with its own. */
export default defineConfig({
  test: {
    // As Node itself loads CommonJS, so that tests see what production sees.
    deps: { interopDefault: false },
    reporters: ['default', ['json', { outputFile: 'coverage/results.json' }]],
    coverage: {
      provider: 'v8',
      include: ['operator/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.generated.ts'],
      reporter: ['text-summary', 'json-summary'],
    },
    projects: [
      {
        extends: true,
        // The rules of CONTRIBUTING.md about folders, files and names: part of `make check`.
        test: { name: 'house', include: ['test/house/**/*.test.ts'], sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: {
          name: 'unit',
          // Some start Argo CD's engine, which takes a second on a quiet machine.
          testTimeout: 30_000,
          include: [
            'operator/**/*.test.ts',
            'engine/**/*.test.ts',
            'test/support/**/*.test.ts',
            'test/fuzz/**/*.test.ts',
          ],
          exclude: [MEASURES_ITSELF, FUZZES],
          // To load the same modules anew for each of them takes as long as many a file's tests.
          isolate: false,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'footprint',
          testTimeout: 30_000,
          include: [MEASURES_ITSELF],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'fuzz',
          include: [FUZZES],
          // Alone, since it says what takes too long.
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // They wait more than they work.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
