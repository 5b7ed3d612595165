import type { BuildContext } from '../../engine/go-build/build-context.ts';

const HEARTBEAT_MS = 15_000;

/** Some work that a person waits for. */
export interface Step {
  /** For the lines of progress: `the cluster`. */
  readonly name: string;
  /** `creating`. */
  readonly doing: string;
  /** What to expect: `about 15 s`. */
  readonly expected: string;
}

/** Does a step: reports before it what is done and how long it takes, every 15 s that it goes on, and after it how long it took. */
export async function step<T>(
  { name, doing, expected }: Step,
  { report }: BuildContext,
  work: () => Promise<T>,
): Promise<T> {
  const started = Date.now();
  const seconds = (): string => `${((Date.now() - started) / 1000).toFixed(1)} s`;
  report(`${name}: ${doing} (${expected})`);
  const beating = setInterval(() => report(`${name}: still ${doing}, ${seconds()}`), HEARTBEAT_MS);
  try {
    const result = await work();
    report(`${name}: done in ${seconds()}`);
    return result;
  } finally {
    clearInterval(beating);
  }
}
