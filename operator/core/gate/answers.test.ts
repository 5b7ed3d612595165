import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locateEngine } from '../../../engine/locate.ts';
import { templateKey, triggerKey } from '../../argocd/names.ts';
import { engineAsker } from '../../cluster/gate.ts';
import { createEngine } from '../../engine/client.ts';
import type { Engine, Outcome } from '../../engine/types.ts';
import type { ExpressionRole, GateAnswer } from '../model/engine-api.ts';
import { checkAnswer, evaluateAnswer, renderFailure } from './answers.ts';
import { HOSTILE_CONDITIONS, HOSTILE_TEMPLATES } from './testing/hostile.ts';

let engine: Engine;
beforeAll(() => {
  engine = createEngine({ program: locateEngine(), deadlineMs: 500 });
});
afterAll(() => engine.close());

const ROLES = ['when', 'oncePer', 'eventTime', 'retained'] as const;
const bytesOf = (answer: GateAnswer): number => Buffer.byteLength(JSON.stringify(answer));
const numbered = (count: number, of: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => of(i));

const inspected = (expression: string, role: ExpressionRole | 'retained' = 'when') =>
  engineAsker(engine)({ call: 'inspect', expression, role });
const checked = (configMap: Record<string, string>) =>
  engineAsker(engine)({ call: 'check', configMap, secret: {} });

describe('the kept part of an answer', () => {
  it.each([
    "app.status?.operationState?.phase == 'Running'",
    "app.spec.project startsWith 'a' and app.metadata.annotations['x'] == 'y'",
    "any(app.status?.conditions ?? [], #.type == 'SyncError')",
  ])('is tiny for an accepted expression: %s', async (expression) => {
    expect(await inspected(expression)).toEqual({ ok: true });
    expect(await engineAsker(engine)({ call: 'evaluate', expression })).toSatisfy(
      (answer: GateAnswer) => bytesOf(answer) < 200,
    );
    expect(await checked({ [triggerKey('x')]: JSON.stringify([{ when: expression, send: [] }]) })).toEqual({
      ok: true,
    });
  });

  it('is one sentence for a refused expression, however many mistakes it has', async () => {
    const many = [
      numbered(121, (i) => `f${i}()`).join('||'),
      numbered(130, (i) => `f${i}()`).join('+'),
      numbered(90, (i) => `app.f${i} == ${i}`).join(' or '),
      numbered(60, (i) => `app['${'é'.repeat(3)}${i}'] == 1`).join(' or '),
      numbered(40, (i) => `any(app.a${i}, #.b${i} == 'c${i}')`).join(' or '),
      `secrets['${'\u0001'.repeat(900)}'] == 1`,
      `app['${'x'.repeat(1_000)}'] matches 'x'`,
      `app['${'\u0001'.repeat(200)}'] matches 'x'`,
      `${'a'.repeat(1_000)} == 1`,
      `app.x == '${'a'.repeat(900)}' and (`,
      `${'('.repeat(500)}1`,
      ...Object.values(HOSTILE_CONDITIONS),
    ];
    for (const expression of many) {
      for (const role of ROLES) {
        const answer = await inspected(expression, role);
        expect(bytesOf(answer), expression).toBeLessThan(answer.ok ? 400 : 1_200);
      }
      expect(bytesOf(await engineAsker(engine)({ call: 'evaluate', expression }))).toBeLessThan(1_300);
    }
  }, 60_000);

  it('is bounded for configurations that are wrong in many places', async () => {
    const value = `[{"when":"${'\\u0001'.repeat(1_000)}","send":[]}]`;
    const keys = numbered(20, (i) => triggerKey(`x${i}`));
    const answer = await checked(Object.fromEntries(keys.map((key) => [key, value])));
    expect(answer.ok).toBe(false);
    expect(answer.ok || answer.errors?.length).toBeLessThanOrEqual(5);
    expect(bytesOf(answer)).toBeLessThan(5_100);
    expect(answer.ok || answer.errors?.[0]?.key).toBe(triggerKey('x0'));
  });

  it('is bounded for templates that say much when they fail', async () => {
    const bodies = [...Object.values(HOSTILE_TEMPLATES), `{{ fail "${'\\u0001'.repeat(20_000)}" }}`];
    for (const body of bodies) {
      const configMap = {
        'service.webhook.candidate': '{"url":"https://oapi.dingtalk.com"}',
        [templateKey('candidate')]: JSON.stringify({ webhook: { candidate: { method: 'POST', body } } }),
      };
      expect(bytesOf(await checked(configMap)), body).toBeLessThan(5_100);
      expect(bytesOf(await engineAsker(engine)({ call: 'render', raw: body })), body).toBeLessThan(5_100);
    }
  }, 60_000);

  it('has the cause of a kill, and no body of a render', () => {
    const killed: Outcome<'check'> = { ok: false, killed: 'deadline', message: 'late' };
    expect(checkAnswer({ call: 'check', configMap: {} }, killed)).toBe(killed);
    const request = { method: 'POST', url: 'u', headers: {}, body: 'b'.repeat(9_000), bodyIsJSON: true };
    expect(renderFailure({ ok: true, request })).toBeUndefined();
    expect(renderFailure({ ok: true, request: { ...request, bodyIsJSON: false } })).toMatch(/not JSON/);
    expect(evaluateAnswer({ ok: true, triggers: [] })).toEqual({ ok: true });
  });

  it('keeps of errors no more than fits, and the first in any case', () => {
    const problem = { key: 'k'.repeat(9_000), field: 'f'.repeat(9_000), message: 'é'.repeat(9_000), line: 7 };
    const errors = numbered(9, () => '').map(() => problem);
    const answer = checkAnswer({ call: 'check', configMap: {} }, { ok: false, errors });
    expect(bytesOf(answer)).toBeLessThan(5_100);
    expect(answer.ok || answer.errors?.length).toBe(3);
    expect(answer.ok || answer.errors?.[0]).toMatchObject({
      line: 7,
      message: expect.stringMatching(/^é+…$/),
    });
  });
});
