import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SilenceReporter } from './silence-reporter.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const moduleAt = (path: string) => ({ moduleId: `${process.cwd()}/${path}` });

it('names the files under way as long as nothing begins or ends', () => {
  const said: string[] = [];
  const reporter = new SilenceReporter({ silenceMs: 1_000, say: (text) => said.push(text) });
  reporter.onTestRunStart();
  for (const name of ['a', 'b', 'c']) reporter.onTestModuleQueued(moduleAt(`test/${name}.test.ts`));
  vi.advanceTimersByTime(900);
  reporter.onTestModuleEnd(moduleAt('test/b.test.ts'));
  vi.advanceTimersByTime(900);
  reporter.onTestCaseResult();
  expect(said).toEqual([]);
  vi.advanceTimersByTime(2_500);
  expect(said).toEqual([
    'no test has begun or ended for 1 s; under way: test/a.test.ts, test/c.test.ts\n',
    'no test has begun or ended for 2 s; under way: test/a.test.ts, test/c.test.ts\n',
  ]);
});

it('says nothing of a run that has ended', () => {
  const said: string[] = [];
  const reporter = new SilenceReporter({ silenceMs: 1_000, say: (text) => said.push(text) });
  reporter.onTestRunStart();
  reporter.onTestRunEnd();
  vi.advanceTimersByTime(10_000);
  expect(said).toEqual([]);
});
