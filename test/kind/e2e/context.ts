import type { BuildContext } from '../../../engine/go-build/build-context.ts';

/** Progress of builds goes to the test's output. */
export const CONTEXT: BuildContext = {
  signal: new AbortController().signal,
  report: (line) => void process.stdout.write(`${line}\n`),
};
