import { afterAll, describe, expect, it } from 'vitest';
import { locateEngine } from '../../engine/locate.ts';
import { createEngine } from './client.ts';
import { EngineCounters } from './metrics.ts';
import { GOOD_CONFIG, HOSTILE, manySets, rendering } from './testing/requests.ts';

// Far above the time of an answer, so a busy machine does not cause a verdict.
const PATIENT = { deadlineMs: 60_000 };

const metrics = new EngineCounters();
const engine = createEngine({ program: locateEngine(), metrics, ...PATIENT });
afterAll(() => engine.close());

describe('the real engine', { timeout: 120_000 }, () => {
  it('tells what it was built from', async () => {
    const answer = await engine.version();
    expect(answer).toMatchObject({ ok: true, version: { argocd: expect.stringMatching(/^3\.\d+$/) } });
  });

  it('accepts and refuses, 50 at once', async () => {
    const before = metrics.starts;
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        engine.check({ configMap: { [`template.t${index}`]: index % 2 ? 'message: a' : 'message: "{{"' } }),
      ),
    );
    for (const [index, answer] of answers.entries()) {
      const template = `t${index}`;
      if (index % 2) expect(answer).toMatchObject({ ok: true, parsed: { templates: [template] } });
      else
        expect(answer).toMatchObject({
          ok: false,
          errors: [{ key: `template.${template}`, field: 'message', line: 1 }],
        });
    }
    expect(metrics.starts).toBe(before);
  });

  it('evaluates, renders and inspects', async () => {
    const app = { metadata: { name: 'guestbook' }, status: { operationState: { phase: 'Failed' } } };
    expect(await engine.evaluate({ ...GOOD_CONFIG, app })).toMatchObject({
      ok: true,
      triggers: [{ name: 'team', conditions: [{ triggered: true, templates: ['team'] }] }],
    });
    expect(await engine.render({ ...GOOD_CONFIG, app, templates: ['team'], service: 'team' })).toMatchObject({
      ok: true,
      request: { method: 'POST', body: 'guestbook', bodyIsJSON: false },
    });
    const inspected = await engine.inspect({ expression: "any(app.status.conditions, .type == 'x')" });
    expect(inspected).toMatchObject({
      ok: true,
      facts: { result: 'boolean', predicates: [{ builtin: 'any', over: 'app.status.conditions' }] },
    });
  });

  it.each([
    ['runs for ever', HOSTILE.endless, 'deadline', 'The engine did not answer within 1 s.'],
    ['eats memory', HOSTILE.hungry, 'memory', 'The engine needed more memory than the operator allows.'],
    [
      'never stops calling itself',
      HOSTILE.recursive,
      'trap',
      'The engine ran out of stack, which endless recursion causes.',
    ],
  ] as const)('survives a template that %s', async (_, template, killed, message) => {
    const deadlineMs = killed === 'deadline' ? 1_000 : PATIENT.deadlineMs;
    const [first, culprit, next] = await Promise.all([
      engine.check(GOOD_CONFIG),
      engine.render(rendering(template), { deadlineMs }),
      engine.check(GOOD_CONFIG),
    ]);
    expect(culprit).toEqual({ ok: false, killed, message });
    expect([first.ok, next.ok]).toEqual([true, true]);
  });

  it.each([
    ['asks for more than there is at once', '{{repeat 1000000000 "x"}}'],
    ['makes a long list', '{{until 1000000000}}'],
    [
      'fills a map',
      '{{$d := dict}}{{range until 1000000}}{{$_ := set $d (print .) (repeat 1000 "x")}}{{end}}',
    ],
  ])('ends a template that %s', async (_, template) => {
    const outcome = await engine.render(rendering(template));
    expect(outcome).toHaveProperty('killed', 'memory');
    expect(await engine.check(GOOD_CONFIG)).toHaveProperty('ok', true);
  });

  it('holds a full ConfigMap, and one after the other', async () => {
    const full = manySets(1_700);
    expect(JSON.stringify(full).length).toBeGreaterThan(2 ** 20);
    const { starts } = metrics;
    for (let round = 0; round < 3; round += 1) expect(await engine.check(full)).toHaveProperty('ok', true);
    expect(metrics.starts - starts).toBeLessThan(2);
  });
});
