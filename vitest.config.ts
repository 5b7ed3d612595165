import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { SilenceReporter } from './test/support/silence-reporter.ts';

/** It looks at the memory of its own process, in which nothing else may have run. */
const MEASURES_ITSELF = 'operator/engine/real-engine-footprint.test.ts';

/** So does this. */
const FUZZES = 'test/fuzz/decide/decide.test.ts';

/** It kills processes that use a store, again and again. */
const CRASHES = 'operator/relay/store/crashes.test.ts';

/** The relay and Gitee, end to end: `make test-relay`. */
const RELAY = ['test/e2e/relay*.test.ts', 'test/e2e/gitee*.test.ts'];

/** They move robots and slow them down for minutes, and measure meanwhile. */
const LONG_RELAY = ['test/e2e/relay-switch.test.ts', 'test/e2e/relay-answers.test.ts'];

/** What takes minutes runs by `make test-fault` alone. */
const SOAK = process.env.FAULTS === 'long' ? ['test/soak/**/*.test.ts'] : [];

/**
 * What takes longest begins first, so that nothing goes on alone in the end. Most of these wait more than they work; the last ones
 * work all the time.
 */
const LONGEST = [
  'test/e2e/gitee-hooks.test.ts',
  'test/e2e/relay-demo.test.ts',
  'test/fault/silence.test.ts',
  'test/e2e/hostile-namespace.test.ts',
  'test/e2e/moving-in.test.ts',
  'test/fault/replicas.test.ts',
  'test/fault/outage.test.ts',
  'test/fault/answers.test.ts',
  'test/e2e/uninstall.test.ts',
  'test/e2e/messages.test.ts',
  'test/e2e/gate.test.ts',
  'test/e2e/catalogue.test.ts',
  'test/e2e/demo.test.ts',
  'test/e2e/adopt.test.ts',
  'test/e2e/watch-credentials.test.ts',
  'test/e2e/concurrent.test.ts',
  'operator/message/mutations.test.ts',
  'operator/message/size.test.ts',
  'operator/engine/real-engine.test.ts',
  'operator/template/differential.test.ts',
  'operator/bundle/bundle.test.ts',
  'operator/commands/adopt-sources.test.ts',
  'operator/controller/memory-saver.test.ts',
];

/** Without what is known from an earlier run, vitest begins with the largest files. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rankOf = ({ moduleId }: TestSpecification): number => {
      const rank = LONGEST.findIndex((path) => moduleId.endsWith(`/${path}`));
      return rank < 0 ? LONGEST.length : rank;
    };
    const groupOf = ({ project }: TestSpecification): number => project.config.sequence.groupOrder;
    return sorted.sort((one, other) => groupOf(one) - groupOf(other) || rankOf(one) - rankOf(other));
  }
}

/** With a core for each, and after all others: they say what takes too long. */
const QUIET = { maxWorkers: 2, sequence: { groupOrder: 3 } };

/** Files take over each other's control planes, so they share processes. */
const WITH_CONTROL_PLANES = {
  globalSetup: 'test/support/control-planes-folder.ts',
  setupFiles: 'test/support/keep-control-planes.ts',
  isolate: false,
};

const END_TO_END = {
  ...WITH_CONTROL_PLANES,
  testTimeout: 60_000,
  hookTimeout: 120_000,
  // They wait more than they work: each takes less than half of a processor.
  maxWorkers: 5,
  sequence: { groupOrder: 1 },
};

/** Unit tests stand beside their source; what needs a control plane stands in test/e2e. */
export default defineConfig({
  test: {
    // As Node itself loads CommonJS, so that tests see what production sees.
    deps: { interopDefault: false },
    // The operator and the CLI start hundreds of times: a fifth of each start is the compilation of what has not changed.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/compile') },
    sequence: { sequencer: LongestFirst },
    reporters: [
      'default',
      ['json', { outputFile: process.env.RESULTS || 'coverage/results.json' }],
      new SilenceReporter(),
    ],
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
        test: { name: 'house', include: ['test/house/**/*.test.ts'], isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'unit',
          setupFiles: 'test/support/bounded-properties.ts',
          // Some start Argo CD's engine or make a bundle, which takes a second on a quiet machine.
          testTimeout: 30_000,
          hookTimeout: 30_000,
          include: [
            'operator/**/*.test.ts',
            'engine/**/*.test.ts',
            'release/**/*.test.ts',
            'test/support/**/*.test.ts',
            'test/fuzz/**/*.test.ts',
            'test/kind/**/*.test.ts',
          ],
          exclude: [MEASURES_ITSELF, FUZZES, CRASHES, 'test/kind/e2e/**'],
          // To load the same modules anew for each of them takes as long as many a file's tests.
          isolate: false,
          maxWorkers: 3,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'footprint',
          testTimeout: 30_000,
          include: [MEASURES_ITSELF],
          ...QUIET,
        },
      },
      {
        extends: true,
        test: {
          name: 'fuzz',
          include: [FUZZES],
          ...QUIET,
        },
      },
      {
        extends: true,
        // The relay's process and its databases end again and again: `make test-crashes`, and no part of `make test`.
        test: {
          name: 'crashes',
          include: ['test/crashes/**/*.test.ts', CRASHES],
          testTimeout: 300_000,
          maxWorkers: 1,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: { name: 'relay', include: RELAY, exclude: LONG_RELAY, ...END_TO_END },
      },
      {
        extends: true,
        // After those, since they measure.
        test: {
          name: 'relay-long',
          include: LONG_RELAY,
          ...END_TO_END,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        // Faults are among them, so that they take over the same control planes.
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', 'test/fault/**/*.test.ts', ...SOAK],
          exclude: RELAY,
          ...END_TO_END,
        },
      },
      {
        extends: true,
        // The chart, with the real Helm 3 and 4: `make e2e-helm`, and no part of `make test`.
        test: {
          name: 'helm',
          include: ['test/helm/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        // On a cluster of `make kind-up`: `make e2e-kind`, not part of `make test`.
        test: {
          name: 'kind',
          include: ['test/kind/e2e/**/*.test.ts'],
          globalSetup: 'test/kind/e2e/short-tokens.ts',
          testTimeout: 300_000,
          hookTimeout: 600_000,
          maxWorkers: 1,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        // With an Argo CD that syncs from Git: `make e2e-gitops`, not part of `make test`.
        test: {
          name: 'gitops',
          include: ['test/gitops/**/*.test.ts'],
          ...WITH_CONTROL_PLANES,
          testTimeout: 120_000,
          hookTimeout: 180_000,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
