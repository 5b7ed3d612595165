import { describe, expect, it } from 'vitest';
import type { GateAnswer, GateRequest } from '../core/gate/engine-api.ts';
import type { CallOptions, Engine, Outcome } from '../engine/types.ts';
import { recordingLog } from '../kubernetes/testing/recording-log.ts';
import { type AskEngine, engineAsker, Gate } from './gate.ts';

const ACCEPTED = { ok: true } as GateAnswer;
const question = (expression: string): [string, GateRequest] => [
  expression,
  { call: 'inspect', expression, role: 'when' },
];

function setUp(ask: AskEngine) {
  const log = recordingLog();
  return { gate: new Gate(ask, new Map(), log), log };
}

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
    expect(log.lines.length).toBe(1);
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
      [evaluated('one\n | app'), evaluated('two'), evaluated('three')],
      { ok: true, failure: 'one' },
    ],
    ['ends with a kill', [evaluated('no'), KILLED], KILLED],
  ])('%s, and lets everything else go first', async (_, outcomes, answer) => {
    const options: (CallOptions | undefined)[] = [];
    const left = [...outcomes];
    const evaluate: Engine['evaluate'] = async (_request, option) => {
      options.push(option);
      return left.shift() ?? expect.unreachable();
    };
    const ask = engineAsker({ evaluate } as Engine);
    expect(await ask({ call: 'evaluate', expression: 'app.x' })).toEqual(answer);
    expect(options).toEqual(outcomes.map(() => ({ isBackground: true })));
  });
});
