import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locateEngine } from '../../../engine/locate.ts';
import { engineAsker } from '../../cluster/gate.ts';
import { createEngine } from '../../engine/client.ts';
import type { Engine } from '../../engine/types.ts';
import { isShortField } from './short-fields.ts';

let engine: Engine;
beforeAll(() => {
  engine = createEngine({ program: locateEngine() });
});
afterAll(() => engine.close());

const inspected = (expression: string, role: 'when' | 'retained' = 'when') =>
  engineAsker(engine)({ call: 'inspect', expression, role });

const ANNOTATION = "app.metadata.annotations['a']";
const SLOW = Array.from({ length: 7 }, () => `app.metadata.annotations.a matches '^.*a.*a.*c$'`).join(' or ');

describe('matches', () => {
  it.each([
    "app.metadata.name matches '^a'",
    "app['metadata']['labels']['a.b/c'] matches '^a'",
    "(app.metadata?.labels?.['tier'] ?? 'none') matches '^(gold|silver)$'",
    "lower(app.spec.project) matches '^a'",
    "strings.ToLower(app.spec?.destination?.namespace ?? '') matches '^a'",
    "not ((app.status?.operationState?.phase ?? '') matches 'Error|Failed')",
    "(app.spec.project + '/' + app.metadata.name) matches '^a/b'",
    "(app.spec.source ?? app.spec.sources[0]).targetRevision matches '^v'",
    "any(app.status?.conditions ?? [], (#?.type ?? '') matches 'Error$')",
    "any(app.status.resources, .kind matches 'Set$' and .health?.status == 'Degraded')",
    "any(app.status.summary.images, # matches ':latest$')",
    "find(app.status.conditions, .type != '').type matches 'Error$'",
    "any([app.metadata.name, app.spec.project], # matches '^a')",
    "'x' matches 'x'",
  ])('reads short fields: %s', async (expression) => {
    expect(await inspected(expression)).toEqual({ ok: true });
  });

  it.each([
    [`${ANNOTATION} matches 'x'`, 'app.metadata.annotations.a can be long'],
    [SLOW, 'app.metadata.annotations.a can be long'],
    [`lower(${ANNOTATION} ?? '') matches 'x'`, 'app.metadata.annotations.a can be long'],
    [`(app.metadata.name + (${ANNOTATION} ?? '')) matches 'x'`, 'app.metadata.annotations.a can be long'],
    [`(app.metadata.name == '' ? ${ANNOTATION} : 'a') matches 'x'`, 'app.metadata.annotations.a can be long'],
    ["(app.metadata ?? app.spec).annotations.a matches 'x'", 'app.metadata.annotations.a can be long'],
    ["app.status.operationState.message matches 'x'", 'app.status.operationState.message can be long'],
    [
      "any(app.status.conditions, (#.message ?? '') matches 'x')",
      'app.status.conditions[?].message can be long',
    ],
    ["find(app.status.conditions, true).message matches 'x'", 'app.status.conditions[?].message can be long'],
    [
      "any(filter(app.status.conditions, true), .message matches 'x')",
      'app.status.conditions[?].message can be long',
    ],
    [
      "any(app.spec.source.helm.parameters, .name matches 'x')",
      'app.spec.source.helm.parameters[?].name can be long',
    ],
    [
      "any([app.metadata.name, app.spec.source.helm.values], # matches 'x')",
      'app.spec.source.helm.values can be long',
    ],
    ["(app.status.history[0] ?? app.operation).name matches 'x'", 'can be long'],
    ["app.spec['destination.server'] matches 'x'", 'can be long'],
    ["app.spec.info[0].value matches 'x'", 'can be long'],
    ["time.Now().Weekday() matches 'x'", 'not a field of app'],
    ['app.spec.project matches app.metadata.name', 'regular expression in quotes'],
  ])('reads nothing else: %s', async (expression, words) => {
    const answer = await inspected(expression);
    expect(answer).toMatchObject({ ok: true, violation: expect.stringContaining(words) });
  });

  it('of a live trigger is judged by its whole condition, with access condition and criteria', async () => {
    const fence =
      "((app.spec?.project ?? '') in ['a'] or (app.spec?.destination?.namespace ?? '') matches '^(?s:a-.*)$' or (app.metadata?.namespace ?? '') matches '^(?s:b.*)$') and (app.metadata?.name ?? '') matches '^(?s:c.*)$'";
    expect(await inspected(`${fence} and (app.spec.project == 'x'\n)`, 'retained')).toEqual({ ok: true });
    expect(await inspected(`${fence} and (${SLOW}\n)`, 'retained')).toHaveProperty('violation');
  });
});

describe('long fields', () => {
  const looks = (count: number, field: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => `${field(index)} contains 'x'`).join(' or ');

  it.each([
    ['other fields', (i: number) => `app.metadata.annotations.a${i}`, 4],
    ['one field', () => 'lower(app.spec.source.helm.values)', 4],
    // The list is one field, and the value from its elements is another.
    ['fields of elements', () => `(find(app.status.conditions, true)?.message ?? '')`, 2],
  ] as const)('may be read four times by a new condition: %s', async (_, field, most) => {
    expect(await inspected(looks(most, field))).toEqual({ ok: true });
    expect(await inspected(looks(most + 1, field))).toEqual({ ok: true, discouraged: expect.any(String) });
  });

  it('are named, and do not hide a worse mistake', async () => {
    const expression = looks(5, (i) => `app.metadata.annotations.a${i}`);
    const { discouraged } = (await inspected(expression)) as { discouraged: string };
    expect(discouraged).toContain('5 times');
    expect(discouraged).toContain('app.metadata.annotations.a0, app.metadata.annotations.a1');
    expect(await inspected(`${expression} or ${SLOW}`)).toEqual({ ok: true, violation: expect.any(String) });
    expect(await inspected(`${expression} or secrets.x == ''`)).toHaveProperty('violation');
    // The engine gets no other questions about live conditions.
    expect(await inspected(expression, 'retained')).toEqual({ ok: true });
  });

  it('do not include short fields, however often a condition reads these', async () => {
    expect(await inspected(looks(12, (i) => `app.metadata.labels.l${i}`))).toEqual({ ok: true });
    expect(await inspected(looks(8, () => 'app.status.operationState.phase'))).toEqual({ ok: true });
  });
});

describe('a short field', () => {
  const path = (...segments: (string | number | null)[]) => ({ root: 'app', segments });
  it('is known by its whole path', () => {
    expect(isShortField(path('metadata', 'name'))).toBe(true);
    expect(isShortField(path('status', 'history', 3, 'revisions', null))).toBe(true);
    expect(isShortField(path('metadata', 'labels', 'a.b/c'))).toBe(true);
    for (const other of [
      path(),
      path('metadata'),
      path('metadata', 'labels'),
      path('metadata', 'labels', null),
      path('metadata', 'labels', 'a', 'b'),
      path('metadata', 'annotations', 'name'),
      path('metadata.name'),
      path('status', 'history', '*', 'revision'),
      path('constructor'),
      path('spec', 'source', 'helm', 'name'),
      { root: '#', segments: ['metadata', 'name'] },
      { root: 'context', segments: ['metadata', 'name'] },
    ]) {
      expect(isShortField(other), JSON.stringify(other)).toBe(false);
    }
  });
});
