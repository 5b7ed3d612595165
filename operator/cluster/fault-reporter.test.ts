import { expect, it } from 'vitest';
import { FAULT_LOG_LINE, type Fault } from '../core/model/faults.ts';
import { recordingLog } from '../lib/testing/recording-log.ts';
import { createFaultReporter } from './fault-reporter.ts';

const fault = (name: string, error: unknown = new Error('boom')): Fault => ({
  kind: 'DingTalkRobot',
  namespace: 'team',
  name,
  generation: 1,
  id: name,
  error,
});

function setUp() {
  const log = recordingLog();
  return { log, report: createFaultReporter(log) };
}

it('tells each fault once, with the resource and the stack, and again when it comes back', () => {
  const { log, report } = setUp();
  report([fault('a')]);
  report([fault('a'), fault('b', 'no error')]);
  expect(log.lines.map(({ message, fields }) => [message, (fields as { name: string }).name])).toEqual([
    [FAULT_LOG_LINE, 'a'],
    [FAULT_LOG_LINE, 'b'],
  ]);
  expect(JSON.stringify(log.lines[0]?.fields)).toContain('fault-reporter.test.ts');
  report([]);
  report([fault('a')]);
  expect(log.lines.length).toBe(3);
});

it('fills no log with the thousands of somebody', () => {
  const { log, report } = setUp();
  report(Array.from({ length: 3_000 }, (_, index) => fault(`${index}`)));
  expect(log.lines.length).toBe(21);
  expect(log.lines.at(-1)?.fields).toEqual({ count: 2_980 });
});
