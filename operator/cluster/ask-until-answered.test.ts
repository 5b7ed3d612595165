import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Answers, Inquiry } from '../core/model/inquiry.ts';
import { snapshot, subscription } from '../core/testing/fixtures.ts';
import { EngineUnavailableError } from '../engine/types.ts';
import { askUntilAnswered } from './ask-until-answered.ts';
import { decideFully } from './decide-fully.ts';
import type { Gate, Round } from './gate.ts';

/** Raises one question after the other, this many, and returns how many were answered. */
function attempts(questions: number, answers: Map<string, { readonly ok: true }>) {
  return () => {
    const inquiry = new Inquiry(answers as Answers);
    for (let index = 0; index < questions; index++) {
      if (!inquiry.ask({ call: 'evaluate', expression: `${index}` })) break;
    }
    return { result: answers.size, open: inquiry.open };
  };
}

/** Answers all questions. */
function answering(answers: Map<string, { readonly ok: true }>) {
  return async (open: ReadonlyMap<string, unknown>): Promise<Round> => {
    await setImmediate();
    for (const key of open.keys()) answers.set(key, { ok: true });
    return 'answered';
  };
}

describe('asking the gate until it has answered', () => {
  it.each([0, 1, 20])(
    'ends with the result for %i questions, of which each raises the next',
    async (count) => {
      const answers = new Map();
      const outcome = await askUntilAnswered(attempts(count, answers), answering(answers));
      expect(outcome).toEqual({ result: count, round: 'answered' });
    },
  );

  it('gives up what goes on asking', async () => {
    const answers = new Map();
    const outcome = await askUntilAnswered(attempts(100, answers), answering(answers));
    expect(outcome).toEqual({ result: 20, round: 'failed' });
    const patient = new Map();
    const more = await askUntilAnswered(attempts(100, patient), answering(patient), 100);
    expect(more).toEqual({ result: 100, round: 'answered' });
  });

  it.each(['pending', 'failed'] as const)('ends with what is %s', async (round) => {
    const outcome = await askUntilAnswered(attempts(5, new Map()), async () => round);
    expect(outcome).toEqual({ result: 0, round });
  });
});

it('a decision about files ends, even if the answers get lost', async () => {
  const forgetful = {
    answers: new Map(),
    answer: async () => {
      await setImmediate();
      return 'answered';
    },
  } as unknown as Gate;
  const events = [{ name: 'own', when: 'true' }];
  const decided = decideFully(snapshot({ subscriptions: [subscription({}, { events })] }), forgetful);
  await expect(decided).rejects.toThrow(EngineUnavailableError);
});
