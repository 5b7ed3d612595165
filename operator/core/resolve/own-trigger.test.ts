import { describe, expect, it } from 'vitest';
import type { GateAnswer, GateRequest } from '../model/engine-api.ts';
import { Inquiry, questionKey } from '../model/inquiry.ts';
import { ownTrigger } from './own-trigger.ts';

const EVENT = { name: 'own', when: 'app.a', oncePer: 'app.b', eventTime: 'app.c' };

/** The outcome for the event with an engine that gives these answers, and the open questions. */
function judged(...said: readonly [GateRequest, GateAnswer][]) {
  const inquiry = new Inquiry(new Map(said.map(([request, answer]) => [questionKey(request), answer])));
  const verdict = ownTrigger(EVENT, 'spec.events[0]', inquiry);
  return { verdict, open: [...inquiry.open.values()].map(({ request }) => request) };
}

type Role = 'when' | 'oncePer' | 'eventTime';
const inspect = (role: Role): GateRequest => ({ call: 'inspect', expression: EVENT[role], role });
const evaluate = (role: Role): GateRequest => ({ call: 'evaluate', expression: EVENT[role] });
const OK: GateAnswer = { ok: true };
const ACCEPTED = (['when', 'oncePer', 'eventTime'] as const).map((role): [GateRequest, GateAnswer] => [
  inspect(role),
  OK,
]);

describe('an event of somebody’s own', () => {
  it('is judged by each of its expressions at once', () => {
    const { verdict, open } = judged();
    expect(verdict).toMatchObject({ reason: 'GateUnavailable' });
    expect(open).toEqual([inspect('when'), inspect('oncePer'), inspect('eventTime')]);
  });

  it('exists once its expressions are accepted; their values are evaluated meanwhile and delay nothing', () => {
    const { verdict, open } = judged(...ACCEPTED);
    expect(verdict).toMatchObject({
      trigger: { condition: '(app.a\n)', oncePer: '(app.b\n)', eventTime: { expression: '(app.c\n)' } },
      doubts: [],
      warnings: [],
    });
    expect(open).toEqual([evaluate('when'), evaluate('oncePer'), evaluate('eventTime')]);
  });

  it('is warned of each expression that always fails', () => {
    const fails: GateAnswer = { ok: true, failure: 'cannot fetch' };
    const { verdict } = judged(...ACCEPTED, [evaluate('when'), OK], [evaluate('oncePer'), fails]);
    expect(verdict).toMatchObject({
      warnings: [
        { reason: 'ConditionAlwaysFails', message: expect.stringMatching(/^spec\.events\[0\]\.oncePer: /) },
      ],
    });
  });

  it('is not evaluated as long as it is not accepted', () => {
    const killed: GateAnswer = { ok: false, killed: 'deadline', message: 'late' };
    const discouraged: GateAnswer = { ok: true, discouraged: 'it looks' };
    for (const [answer, reason] of [
      [killed, 'TooExpensive'],
      [discouraged, 'ExpressionDiscouraged'],
    ] as const) {
      const { verdict, open } = judged(...ACCEPTED, [inspect('eventTime'), answer]);
      expect(verdict).toMatchObject({ doubts: [{ reason }] });
      expect(open).toEqual([]);
    }
  });

  it('is refused for a forbidden expression, whatever else is doubtful', () => {
    const { verdict } = judged(
      ...ACCEPTED,
      [inspect('when'), { ok: true, discouraged: 'it looks' }],
      [inspect('oncePer'), { ok: true, violation: 'no' }],
    );
    expect(verdict).toEqual({
      gate: 'forbidden',
      reason: 'ExpressionNotAllowed',
      message: 'spec.events[0].oncePer: no',
    });
  });
});
