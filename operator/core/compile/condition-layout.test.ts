import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { triggerKey } from '../../argocd/names.ts';
import { readWrittenTrigger } from '../../argocd/trigger-value.ts';
import { decide } from '../decide.ts';
import { accessCondition } from '../resolve/access-condition.ts';
import { criteriaClauses } from '../resolve/criteria.ts';
import { config, NAMESPACE, NOW, robot, snapshot, subscription } from '../testing/fixtures.ts';
import { hasScope, splitCondition } from './condition.ts';

const { cases } = parse(readFileSync(new URL('testdata/first-release.yaml', import.meta.url), 'utf8')) as {
  cases: { namespace: string; projects: object; triggers: Record<string, { when: string }[]> }[];
};
const conditions = cases.flatMap(({ namespace, projects, triggers }) =>
  Object.entries(triggers).flatMap(([key, list]) =>
    list.map(({ when }) => ({ key, when, namespace, projects })),
  ),
);

describe('a condition of the operator', () => {
  it.each(conditions)('$key is the sum of its parts', ({ when, namespace, projects }) => {
    const { accessCondition: access = '', parts } = splitCondition(when);
    expect(parts.join(' and ')).toBe(when);
    if (Object.keys(projects).length === 0) expect(access).toBe(accessCondition(namespace, [], []));
    expect(parts[0]).toBe(`(${access})`);
    expect(parts.length).toBeGreaterThan(1);
    expect(hasScope(when, access)).toBe(true);
  });

  it('has no access condition where somebody has edited it away', () => {
    expect(splitCondition('true and (a)')).toEqual({ accessCondition: undefined, parts: ['true', '(a)'] });
  });
});

describe('a condition with hostile texts', () => {
  const hostile = fc
    .array(fc.constantFrom(' and (', ') and (', "'", '"', '\\', '`', '(', ')', '//', '/*', '\n', 'x'), {
      minLength: 1,
      maxLength: 6,
    })
    .map((pieces) => pieces.join(''));
  const quoted = fc.constantFrom(
    "app.a == ' and ('",
    'app.a == ") and (\'"',
    'app.a == `) and (\'"`',
    "app.a // it's ) and (",
    "app.a /* it's ) and ( */",
    '(app.a and (app.b))',
    "[' and ', '('] == [')']",
  );
  const own = fc.array(quoted, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('\n or '));
  const texts = fc.array(hostile, { minLength: 1, maxLength: 3 });
  // A subscription with more asterisks in a name is refused, and has no condition.
  const names = texts.filter((each) => each.every((name) => name.split('*').length <= 4));
  const criteria = fc.record({ projects: texts, names }, { requiredKeys: ['names'] });
  const since = NOW.toISOString().replace('.000', '');

  it('falls into the parts that it was made of', () => {
    fc.assert(
      fc.property(hostile, criteria, own, fc.boolean(), (project, applications, when, isTimed) => {
        const event = { name: 'own', when, ...(isTimed && { eventTime: 'app.time' }) };
        const decision = decide(
          snapshot({
            config: config({ tenancy: {} }),
            projects: [{ name: project, grantedTo: NAMESPACE }],
            robots: [robot()],
            subscriptions: [subscription({}, { applications, events: [event] })],
          }),
        );
        const [resolved] = decision.resolution.subscriptions;
        const value = decision.plan.configMap[triggerKey(`dt_${NAMESPACE}_payments_own`)];
        const written = readWrittenTrigger(value ?? '')?.when ?? '';
        const { accessCondition: access, parts } = splitCondition(written);
        expect(access).toBe(resolved?.accessCondition);
        expect(parts).toEqual([
          `(${access})`,
          ...criteriaClauses(applications).map(({ expression }) => `(${expression})`),
          `(${when}\n)`,
          ...(isTimed
            ? [
                `((app.time\n) ?? '') > '${since}'`,
                'time.Now().Sub(time.Parse((app.time\n))).Seconds() < 86400',
              ]
            : []),
        ]);
        expect(hasScope(written, `${access}`, resolved?.criteria)).toBe(true);
        expect(hasScope(written, `${access}`)).toBe(true);
        expect(hasScope(written, `${access} or true`)).toBe(false);
        expect(hasScope(written, `${access}`, '(true)')).toBe(false);
      }),
      { numRuns: 200 },
    );
  });
});
