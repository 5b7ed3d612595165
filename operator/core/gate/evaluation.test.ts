import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locateEngine } from '../../../engine/locate.ts';
import { engineAsker } from '../../cluster/gate.ts';
import { createEngine } from '../../engine/client.ts';
import type { Engine } from '../../engine/types.ts';
import { CATALOGUE } from '../../message/catalogue/catalogue.ts';
import type { GateAnswer } from '../model/engine-api.ts';
import { Inquiry } from '../model/inquiry.ts';
import { evaluationWarning } from './expressions.ts';

let engine: Engine;
beforeAll(() => {
  engine = createEngine({ program: locateEngine() });
});
afterAll(() => engine.close());

const warningOf = (answer: GateAnswer | undefined) =>
  evaluationWarning('app.x', 'spec.events[0].when', new Inquiry({ get: () => answer }));
const evaluated = async (expression: string) =>
  warningOf(await engineAsker(engine)({ call: 'evaluate', expression }));

describe('an expression that fails', () => {
  it.each([
    ["app.spec.source.helm.values contains 'x'", 'cannot fetch values from <nil>'],
    ['app.status.nothing.at.all == 1', 'cannot fetch at from <nil>'],
    ["app.spec.sources[0].repoURL == 'x'", 'cannot fetch 0 from <nil>'],
    ['app.metadata.name > 3', 'string'],
    ['time.Parse(app.spec.project).Year() > 2000', 'parsing time'],
    ['app.metadata.name.first // of many\n', 'invalid operation'],
  ])(
    'for every sample is a warning with the engine’s words and the remedy: %s',
    async (expression, words) => {
      const warning = await evaluated(expression);
      expect(warning).toMatchObject({ reason: 'ConditionAlwaysFails' });
      expect(warning?.message).toMatch(/^spec\.events\[0\]\.when: /);
      expect(warning?.message).toContain(words);
      expect(warning?.message).toContain('Write ?. where a field may be missing');
      expect(warning?.message).not.toContain('\n');
    },
  );

  it.each([
    "app.status.health.status == 'Degraded'",
    "app.status.operationState.phase in ['Error', 'Failed']",
    "app.status.conditions[0].type == 'SyncError'",
    "any(app.status.conditions, .message contains 'x')",
    "app.metadata.labels.tier startsWith 'g'",
    "(app.metadata?.annotations?.['owner'] ?? '') contains 'x'",
    'time.Now().Sub(time.Parse(app.status.operationState.startedAt)).Minutes() > 10',
    'app.status?.operationState?.startedAt',
    'nil',
  ])('for some at the most is none: %s', async (expression) => {
    expect(await evaluated(expression)).toBeUndefined();
  });

  it('is none of the catalogue', async () => {
    for (const { condition, oncePer } of CATALOGUE) {
      expect(await evaluated(condition)).toBeUndefined();
      if (oncePer !== undefined) expect(await evaluated(oncePer)).toBeUndefined();
    }
  });
});

it.each<[string, GateAnswer | undefined]>([
  ['not answered', undefined],
  ['killed', { ok: false, killed: 'deadline', message: 'late' }],
  ['refused', { ok: false, errors: [{ message: 'no' }] }],
])('an evaluation that is %s says nothing', (_, answer) => {
  expect(warningOf(answer)).toBeUndefined();
});
