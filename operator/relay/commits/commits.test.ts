import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { recordingLog } from '../../lib/testing/recording-log.ts';
import type { CommitAnswer } from './client.ts';
import { COMMIT_TIMEOUT_MS, Commits, type LookUpOutcome } from './commits.ts';
import type { CommitQuestion } from './question.ts';

const COMMIT = { author: 'Magician', message: 'Limit the memory', date: '2026-11-23T07:59:00Z' };
const FOUND: CommitAnswer = { kind: 'found', commit: COMMIT };
const hash = (n: number) => n.toString(16).padStart(40, '0');

let now: number;
let questions: CommitQuestion[];
let outcomes: LookUpOutcome[];
let answer: (question: CommitQuestion, signal: AbortSignal) => CommitAnswer | Promise<CommitAnswer>;
let log: ReturnType<typeof recordingLog>;
let commits: Commits;
beforeEach(() => {
  [now, questions, outcomes, log] = [0, [], [], recordingLog()];
  answer = () => FOUND;
  commits = new Commits({
    client: {
      ask: async (question, signal) => {
        questions.push(question);
        return answer(question, signal);
      },
    },
    clock: () => now,
    log,
    onLookUp: (outcome) => outcomes.push(outcome),
  });
});

const of = (name = 'shop', revision = hash(1), project = 'payments') =>
  commits.of({
    event: 'on-health-degraded',
    app: {
      metadata: { name, namespace: 'argocd' },
      spec: { project, source: { repoURL: 'https://gitee.com/example/shop.git' } },
      status: { sync: { revision } },
    },
  });

describe('a commit', () => {
  it('is asked for once, also for another Application of the project', async () => {
    expect([await of(), await of(), await of('other')]).toEqual([COMMIT, COMMIT, COMMIT]);
    expect(questions).toHaveLength(1);
    expect(outcomes).toEqual(['found', 'remembered', 'remembered']);
  });

  it('that is asked for at the moment is not asked for again', async () => {
    const { promise, resolve } = Promise.withResolvers<CommitAnswer>();
    answer = () => promise;
    const all = [of(), of(), of()];
    resolve(FOUND);
    expect(await Promise.all(all)).toEqual([COMMIT, COMMIT, COMMIT]);
    expect(questions).toHaveLength(1);
  });

  it('that one project may read is not for another one', async () => {
    await of();
    answer = () => ({ kind: 'forbidden' });
    expect(await of('shop', hash(1), 'others')).toBeUndefined();
  });

  it('is forgotten when five hundred others were asked for', async () => {
    await of();
    for (let n = 2; n <= 500; n++) await of('shop', hash(n));
    await of();
    await of('shop', hash(501));
    expect(outcomes.filter((each) => each === 'remembered')).toHaveLength(1);
    // The first one was used last, so the second one went.
    await of();
    await of('shop', hash(2));
    expect(outcomes.slice(-2)).toEqual(['remembered', 'found']);
  });

  it('is not looked for where there is none', async () => {
    expect(await of('shop', '1.2.3')).toBeUndefined();
    expect([questions, outcomes]).toEqual([[], []]);
  });

  it.each(['unknown', 'forbidden'] as const)('that is %s is asked for again after a minute', async (kind) => {
    answer = () => ({ kind });
    expect([await of(), await of()]).toEqual([undefined, undefined]);
    expect(outcomes).toEqual([kind, 'remembered']);
    answer = () => FOUND;
    now += 59_999;
    expect(await of()).toBeUndefined();
    now += 1;
    expect(await of()).toEqual(COMMIT);
  });

  it('is asked for again for an Application that the account may get', async () => {
    answer = ({ application }) => (application === 'shop' ? { kind: 'forbidden' } : FOUND);
    expect([await of(), await of('other')]).toEqual([undefined, COMMIT]);
  });
});

describe('a server that hangs', () => {
  it('is given up after the time-out, and left alone then', async () => {
    answer = () => new Promise(() => undefined);
    const began = performance.now();
    expect(await Promise.all([of(), of('other')])).toEqual([undefined, undefined]);
    expect(performance.now() - began).toBeGreaterThan(COMMIT_TIMEOUT_MS - 50);
    now += COMMIT_TIMEOUT_MS;
    for (let n = 1; n < 100; n++) expect(await of('shop', hash(n))).toBeUndefined();
    expect(questions).toHaveLength(1);
    expect(outcomes).toEqual(['timeout', ...Array(99).fill('skipped')]);
    answer = () => FOUND;
    expect(await of('shop', hash(1), 'another-project')).toEqual(COMMIT);
    expect(await of('shop', hash(101))).toBeUndefined();
    now += 30_000;
    expect(await of('shop', hash(101))).toEqual(COMMIT);
    expect(log.lines).toEqual([]);
  });

  it('and answers at last has an answer for the next message, and its project still has a pause', async () => {
    const { promise, resolve } = Promise.withResolvers<CommitAnswer>();
    answer = () => promise;
    expect(await of()).toBeUndefined();
    resolve(FOUND);
    // What follows an answer has run by then.
    await setImmediate();
    expect(await of()).toEqual(COMMIT);
    expect(await of('shop', hash(2))).toBeUndefined();
    expect(outcomes).toEqual(['timeout', 'remembered', 'skipped']);
  });

  it('for three projects is reported once', async () => {
    answer = () => ({ kind: 'timeout' });
    for (let n = 0; n < 50; n++) await of('shop', hash(n), `project-${n}`);
    expect(outcomes.filter((each) => each === 'timeout')).toHaveLength(3);
    expect(outcomes.filter((each) => each === 'skipped')).toHaveLength(47);
    expect(log.lines).toMatchObject([
      { level: 'warn', message: expect.stringContaining('does not answer in time') },
    ]);
  });
});

it('a server that cannot be asked is left alone, and reported once', async () => {
  answer = () => ({ kind: 'unavailable', words: 'ECONNREFUSED' });
  for (let n = 0; n < 50; n++) {
    await of('shop', hash(n), `project-${n}`);
    now += 1_000;
  }
  expect(outcomes.filter((each) => each === 'unavailable')).toHaveLength(2);
  expect(log.lines).toMatchObject([{ level: 'warn', fields: { problem: 'ECONNREFUSED' } }]);
});
