import { afterEach, describe, expect, it, vi } from 'vitest';
import { SAMPLE_APPLICATIONS } from '../core/gate/sample-applications.ts';
import type { GateAnswer } from '../core/model/engine-api.ts';
import type { Question } from '../core/model/inquiry.ts';
import type { CallOptions, Engine, Outcome } from '../engine/types.ts';
import { recordingLog } from '../lib/testing/recording-log.ts';
import { type AskEngine, engineAsker, Gate } from './gate.ts';

const ACCEPTED = { ok: true } as GateAnswer;
const question = (expression: string, ...askers: string[]): [string, Question] => [
  expression,
  {
    request: { call: 'inspect', expression, role: 'when' },
    askers: new Set(askers.length > 0 ? askers : ['']),
  },
];

function setUp(ask: AskEngine) {
  const log = recordingLog();
  return { gate: new Gate(ask, new Map(), log), log };
}

afterEach(() => void vi.useRealTimers());

describe('the gate', () => {
  it('remembers answers', async () => {
    const { gate } = setUp(async () => ACCEPTED);
    expect(await gate.answer(new Map([question('a'), question('b')]), 1_000)).toBe('answered');
    expect(gate.answers.get('a')).toBe(ACCEPTED);
  });

  it('does not wait for what takes long, asks it once, and tells when it is answered', async () => {
    const slow = Promise.withResolvers<GateAnswer>();
    const asked: string[] = [];
    const { gate } = setUp((request) => {
      const { expression } = request as { expression: string };
      asked.push(expression);
      return expression === 'slow' ? slow.promise : Promise.resolve(ACCEPTED);
    });
    const late = Promise.withResolvers<void>();
    const both = new Map([question('slow'), question('quick')]);
    expect(await gate.answer(both, 5, late.resolve)).toBe('pending');
    expect(gate.answers.get('quick')).toBe(ACCEPTED);
    expect(gate.answers.get('slow')).toBeUndefined();
    expect(await gate.answer(new Map([question('slow')]), 5)).toBe('pending');
    slow.resolve(ACCEPTED);
    await late.promise;
    expect(gate.answers.get('slow')).toBe(ACCEPTED);
    expect(asked).toEqual(['slow', 'quick']);
  });

  it('that has no engine says so, and keeps what was answered', async () => {
    const { gate, log } = setUp(async (request) => {
      if ((request as { expression: string }).expression === 'b') throw new Error('no engine');
      return ACCEPTED;
    });
    expect(await gate.answer(new Map([question('a'), question('b')]), 1_000)).toBe('failed');
    expect(gate.answers.get('a')).toBe(ACCEPTED);
    expect(await gate.answer(new Map([question('b')]), 1_000)).toBe('failed');
    expect(await gate.answer(new Map([question('c')]), 1_000)).toBe('answered');
    expect(await gate.answer(new Map([question('b')]), 1_000)).toBe('failed');
    // Once for each time that it is lost.
    expect(log.lines.map(({ level }) => level)).toEqual(['error', 'debug', 'error']);
  });

  it('has no more than two questions of a namespace with the engine, and asks no more what nobody wants to know any more', async () => {
    const answers: PromiseWithResolvers<GateAnswer>[] = [];
    const asked: string[] = [];
    const { gate } = setUp((request) => {
      asked.push((request as { expression: string }).expression);
      const answer = Promise.withResolvers<GateAnswer>();
      answers.push(answer);
      return answer.promise;
    });
    // Fifty edits. Each edit raises a hundred different questions.
    for (let edit = 0; edit < 50; edit++) {
      const questions = Array.from({ length: 100 }, (_, index) => question(`${edit} ${index}`, 'much'));
      expect(await gate.answer(new Map(questions), 0)).toBe('pending');
    }
    expect(asked).toEqual(['0 0', '0 1']);
    for (const { resolve } of answers) resolve(ACCEPTED);
    await vi.waitFor(() => expect(asked.length).toBe(4));
    expect(asked.slice(2)).toEqual(['49 0', '49 1']);
  });

  it('has no more than eight questions with the engine', async () => {
    const asked: string[] = [];
    const { gate } = setUp((request) => {
      asked.push((request as { expression: string }).expression);
      return new Promise(() => undefined);
    });
    const questions = Array.from({ length: 20 }, (_, index) => question(`${index}`, `team-${index}`));
    expect(await gate.answer(new Map(questions), 0)).toBe('pending');
    expect(asked).toHaveLength(8);
  });

  it('serves whoever has had least of the engine’s time, whatever the number of questions', async () => {
    const time = { ms: 0 };
    const asked: string[] = [];
    // One question after the other, as the engine does.
    let before = Promise.resolve(ACCEPTED);
    const ask: AskEngine = (request, asker) => {
      before = before.then(async () => {
        await new Promise((resolve) => setImmediate(resolve));
        asked.push((request as { expression: string }).expression);
        time.ms += asker === 'slow' ? 700 : 1;
        return ACCEPTED;
      });
      return before;
    };
    const gate = new Gate(ask, new Map(), recordingLog(), () => time.ms);
    const slow = Array.from({ length: 20 }, (_, index) => question(`slow ${index}`, 'slow'));
    const quick = Array.from({ length: 20 }, (_, index) => question(`quick ${index}`, 'quick'));
    await gate.answer(new Map([...slow, ...quick]));
    const last = asked.findLastIndex((each) => each.startsWith('quick'));
    expect(asked.slice(0, last).filter((each) => each.startsWith('slow')).length).toBeLessThanOrEqual(3);
  });

  it('asks what several want to know in the turn of the first of them', async () => {
    const asked: [string, string][] = [];
    const time = { ms: 0 };
    const ask: AskEngine = async (request, asker = '') => {
      asked.push([(request as { expression: string }).expression, asker]);
      time.ms += 100;
      return ACCEPTED;
    };
    const gate = new Gate(ask, new Map(), recordingLog(), () => time.ms);
    const much = Array.from({ length: 30 }, (_, index) => question(`much ${index}`, 'much'));
    await gate.answer(new Map([...much, question('same', 'much', 'little')]));
    expect(asked.findIndex(([expression]) => expression === 'same')).toBeLessThan(4);
    expect(asked.length).toBe(31);
  });

  it('waits for nobody else once a namespace has its answers, but for somebody who is alone', async () => {
    const slow = Promise.withResolvers<GateAnswer>();
    const { gate } = setUp((request) =>
      (request as { expression: string }).expression === 'slow' ? slow.promise : Promise.resolve(ACCEPTED),
    );
    const both = new Map([question('slow', 'one'), question('quick', 'other')]);
    // An hour: the test would not end within it.
    expect(await gate.answer(both, 3_600_000)).toBe('pending');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const alone = gate.answer(new Map([question('slow', 'one')]), 3_600_000);
    await vi.advanceTimersByTimeAsync(60_000);
    slow.resolve(ACCEPTED);
    expect(await alone).toBe('answered');
  });

  it('tells that a namespace has its answers while another waits for its own', async () => {
    const answers = { slow: Promise.withResolvers<GateAnswer>(), late: Promise.withResolvers<GateAnswer>() };
    const { gate } = setUp(
      (request) => answers[(request as { expression: 'slow' | 'late' }).expression].promise,
    );
    const told = Promise.withResolvers<void>();
    const both = new Map([question('slow', 'one'), question('late', 'other')]);
    expect(await gate.answer(both, 5, told.resolve)).toBe('pending');
    answers.late.resolve(ACCEPTED);
    await told.promise;
    expect(gate.answers.get('late')).toBe(ACCEPTED);
    expect(gate.answers.get('slow')).toBeUndefined();
  });
});

describe('an evaluation', () => {
  const evaluated = (error?: string): Outcome<'evaluate'> => {
    const condition = { key: 'k', triggered: false, oncePer: '', templates: [] };
    return {
      ok: true,
      triggers: [
        { name: 'candidate', conditions: [{ ...condition, ...(error !== undefined && { error }) }] },
      ],
    };
  };
  const KILLED: Outcome<'evaluate'> = { ok: false, killed: 'deadline', message: 'late' };

  it.each<[string, Outcome<'evaluate'>[], GateAnswer]>([
    ['ends with the first sample that does not fail', [evaluated('no'), evaluated()], { ok: true }],
    [
      'tells how the first one fails if all do',
      [evaluated('one\n | app'), ...SAMPLE_APPLICATIONS.slice(1).map(() => evaluated('another'))],
      { ok: true, failure: 'one' },
    ],
    ['ends with a kill', [evaluated('no'), KILLED], KILLED],
  ])('%s', async (_, outcomes, answer) => {
    const options: (CallOptions | undefined)[] = [];
    const left = [...outcomes];
    const evaluate: Engine['evaluate'] = async (_request, option) => {
      options.push(option);
      return left.shift() ?? expect.unreachable();
    };
    const ask = engineAsker({ evaluate } as Engine);
    expect(await ask({ call: 'evaluate', expression: 'app.x' }, 'team')).toEqual(answer);
    expect(options).toEqual(outcomes.map(() => ({ asker: 'team' })));
  });
});
