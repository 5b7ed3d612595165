import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { accessCondition } from '../../core/resolve/access-condition.ts';
import { partsOf } from './clauses.ts';

const FILE = new URL('../../core/compile/testdata/first-release.yaml', import.meta.url);
const { cases } = parse(readFileSync(FILE, 'utf8')) as {
  cases: { namespace: string; projects: object; triggers: Record<string, { when: string }[]> }[];
};
const conditions = cases.flatMap(({ namespace, projects, triggers }) =>
  Object.entries(triggers).flatMap(([key, list]) =>
    list.map(({ when }) => ({ key, when, namespace, projects })),
  ),
);

describe('a condition of ours', () => {
  it.each(conditions)('$key is the sum of its parts', ({ when, namespace, projects }) => {
    const { accessCondition: found, parts } = partsOf(when);
    expect(parts.map(({ expression }) => expression).join(' and ')).toBe(when);
    if (Object.keys(projects).length === 0) expect(found).toBe(accessCondition(namespace, [], []));
    expect(parts[0]).toEqual({ kind: 'fence', expression: `(${found})` });
    expect(parts.length).toBeGreaterThan(1);
  });

  it('is not split inside of texts and parentheses', () => {
    const { parts } = partsOf(`(a) and b == ' and (' and [' and '] != nil and (c and "d\\" and ")`);
    expect(parts.map(({ expression }) => expression)).toEqual([
      '(a)',
      `b == ' and ('`,
      `[' and '] != nil`,
      `(c and "d\\" and ")`,
    ]);
  });

  it('has no found where somebody has edited it away', () => {
    expect(partsOf('true and (a)').parts.map(({ kind }) => kind)).toEqual(['part', 'part']);
  });
});
