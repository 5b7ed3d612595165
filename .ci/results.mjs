// Reads the results that vitest wrote as JSON: coverage/results-SUITE-ATTEMPT.json.
//   node .ci/results.mjs failed SUITE ATTEMPT   prints the test files that failed, a line each
//   node .ci/results.mjs total SUITE...         prints `N passed, N failed` over all suites; a file's last attempt counts

import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

const ATTEMPTS = [1, 2, 3];

/** What each test file of one attempt gave. A file that fails without a failed test (it does not load, say) counts as one. */
function filesOf(suite, attempt) {
  const path = `coverage/results-${suite}-${attempt}.json`;
  if (!existsSync(path)) return [];
  return JSON.parse(readFileSync(path, 'utf8')).testResults.map(({ name, status, assertionResults }) => {
    const count = (wanted) => assertionResults.filter((test) => test.status === wanted).length;
    const failed = count('failed') || (status === 'failed' ? 1 : 0);
    return { file: relative('.', name), passed: count('passed'), failed };
  });
}

/** The sums of one suite. One that failed outside of any test (types, lint, a build) counts as one failure, too. */
function sumsOf(suite) {
  const files = new Map(ATTEMPTS.flatMap((attempt) => filesOf(suite, attempt)).map((file) => [file.file, file]));
  const sum = (what) => [...files.values()].reduce((total, file) => total + file[what], 0);
  const failed = sum('failed') || (existsSync(`coverage/results-${suite}.failed`) ? 1 : 0);
  return { passed: sum('passed'), failed };
}

const [command, ...args] = process.argv.slice(2);
if (command === 'failed') {
  for (const { file, failed } of filesOf(args[0], args[1])) if (failed > 0) console.log(file);
} else {
  const sums = args.map(sumsOf);
  const sum = (what) => sums.reduce((total, suite) => total + suite[what], 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
}
