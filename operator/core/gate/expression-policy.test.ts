import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locateEngine } from '../../../engine/locate.ts';
import { engineAsker } from '../../cluster/gate.ts';
import { createEngine } from '../../engine/client.ts';
import type { Engine } from '../../engine/types.ts';
import type { ExpressionRole } from '../model/engine-api.ts';
import { Inquiry, questionKey } from '../model/inquiry.ts';
import { expressionFinding } from './expressions.ts';
import { HOSTILE_CONDITIONS } from './testing/hostile.ts';

let engine: Engine;
beforeAll(() => {
  engine = createEngine({ program: locateEngine() });
});
afterAll(() => engine.close());

async function findingOf(expression: string, role: ExpressionRole = 'when') {
  const request = { call: 'inspect', expression, role } as const;
  const answer = await engineAsker(engine)(request);
  return expressionFinding(
    expression,
    role,
    'spec.events[0].when',
    new Inquiry(new Map([[questionKey(request), answer]])),
  );
}

describe('conditions that are allowed', () => {
  it.each([
    "app.status?.operationState?.phase == 'Running'",
    "app.status.operationState.phase in ['Error', 'Failed'] and not (app.spec.project startsWith 'test-')",
    "(app.metadata?.labels?.['tier'] ?? 'none') matches '^(gold|silver)$'",
    "any(app.status?.conditions ?? [], #.type == 'SyncError' and (#.message ?? '') contains 'timeout')",
    "count(app.status.resources, .health?.status == 'Degraded') > 3",
    'len(app.spec?.sources ?? []) > 1',
    'time.Now().Sub(time.Parse(app.status.operationState.startedAt)).Minutes() > 10',
    'time.Now().UTC().Hour() < 8',
    "strings.ToLower(app.metadata.name) endsWith '-prod'",
    "app.status.health.status == 'Degraded' ? app.spec.project == 'a' : false",
    "app.status.sync.status == 'OutOfSync' // for a while",
    'app.metadata.annotations["a.b/c"] == "x"',
    'app.spec.syncPolicy?.automated != nil',
  ])('%s', async (expression) => {
    expect(await findingOf(expression)).toBeUndefined();
  });

  it('and fields that identify an occurrence, or give its time', async () => {
    expect(await findingOf('app.status?.operationState?.startedAt', 'eventTime')).toBeUndefined();
    expect(await findingOf('app.status?.sync?.revision', 'oncePer')).toBeUndefined();
    expect(await findingOf('app.status?.operationState?.startedAt', 'oncePer')).toBeUndefined();
  });
});

describe('conditions that are refused', () => {
  it.each(Object.entries(HOSTILE_CONDITIONS))('%s', async (_, expression) => {
    const finding = await findingOf(expression);
    expect(['EngineRefused', 'ExpressionNotAllowed']).toContain(finding?.reason);
    expect(finding?.message).toContain('spec.events[0].when');
  });

  it('with the field, the line, the column and the engine’s own words', async () => {
    const finding = await findingOf('app.a == 1 and\n  app.b ==');
    expect(finding?.message).toMatch(/spec\.events\[0\]\.when, line 2, column 10: unexpected token EOF/);
  });

  it.each([
    ['secrets.x == 1', 'secrets is not available; use one of app, time, strings.'],
    ['toJSON(app) == ""', 'the function toJSON is not available in conditions.'],
    ['let x = 1; x == 1', 'let'],
    ['1', 'the expression always gives a number, but must give a boolean.'],
  ])('%s is refused with the mistake', async (expression, words) => {
    expect((await findingOf(expression))?.message).toContain(words);
  });

  it('that give no time, where one is needed', async () => {
    expect((await findingOf('true', 'eventTime'))?.message).toContain(
      'the expression may only consist of fields of app',
    );
  });
});

describe('expressions that would send without end', () => {
  it.each([
    'now()',
    'time.Now()',
    'time.Now().Unix()',
    'string(now())',
    'app',
    'app.metadata',
    'app.metadata.resourceVersion',
    'app.metadata.annotations',
    "app.metadata.annotations['notified.notifications.argoproj.io']",
    'app.metadata.generation',
    'app.status',
    'app.status.reconciledAt',
    'app.status.operationState',
    'app.status.operationState.message',
    'app.spec.source.helm.values',
    'app.status.sync.comparedTo',
    'app.status.history[0]',
    "app.metadata.annotations['kubectl.kubernetes.io/last-applied-configuration']",
    'app.metadata.uid + app.metadata.uid',
    'strings.ToLower(app.metadata.uid)',
    '1 + 1',
  ])('is not to identify an event: %s', async (expression) => {
    expect((await findingOf(expression, 'oncePer'))?.reason).toBe('ExpressionNotAllowed');
  });

  it.each([
    "(app.metadata?.annotations?.['notified.notifications.argoproj.io'] ?? '') contains 'x'",
    'len(app.metadata.annotations) > 3',
    "any(app.metadata.annotations, # == 'x')",
    "app.metadata.resourceVersion endsWith '1'",
    'app.metadata.generation == 3',
    'time.Now().Nanosecond() == 0',
    'time.Now().Second() == 0',
    'time.Now().Unix() % 2 == 0',
    "string(now()) contains '1'",
    'int(time.Now().Sub(time.Parse(app.status.x)).Seconds()) == 5',
    'floor(time.Now().Sub(time.Parse(app.status.x)).Seconds()) == 5',
    'time.Now().Sub(time.Now()).Seconds() > 0',
    'time.Now().Hour() % 2 == 0',
    '[app] == nil',
  ])('is no condition: %s', async (expression) => {
    expect(['ExpressionNotAllowed', 'EngineRefused']).toContain((await findingOf(expression))?.reason);
  });
});

describe('expressions that would cost the controller seconds or gigabytes', () => {
  it.each([
    "any(app.status.resources, string(app.status.resources) contains 'zz')",
    'any(app.status.resources, not (# in app.status.resources))',
    "any(app.status.resources, app.status.operationState.message matches 'x')",
    "app.status.operationState.message matches '(x?x?x?x?x?){200}y'",
    "strings.ReplaceAll(string([app.status, app.status]), '', 'yyyy') == ''",
    "any(app.status.resources, strings.ToLower(#.name) == 'x')",
    'app.status == app.spec',
    Array.from({ length: 5 }, () => 'app.status.resources == app.status.history').join(' or '),
  ])('%s', async (expression) => {
    expect((await findingOf(expression))?.reason).toBe('ExpressionNotAllowed');
  });
});
