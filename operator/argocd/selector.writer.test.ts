import { expect, it } from 'vitest';
import { locateEngine } from '../../engine/locate.ts';
import { type Instance, startEngine } from '../../engine/testing/instance.ts';
import type { ApplicationCriteria } from '../api/types.generated.ts';
import { criteriaExpression } from '../core/resolve/criteria.ts';
import { yamlSafeJson } from '../lib/json.ts';
import { exprString } from './expr.ts';
import { labelSelector } from './selector.ts';

type Selector = NonNullable<ApplicationCriteria['selector']>;

const selectors: readonly [Selector, string][] = [
  [{ matchLabels: { tier: 'gold', app: 'pay' } }, 'app=pay,tier=gold'],
  [{ matchLabels: { tier: '' } }, 'tier='],
  [{ matchLabels: { a: '', b: 'x' } }, 'a=,b=x'],
  [{ matchExpressions: [{ key: 'env', operator: 'In', values: ['prod', 'dev'] }] }, 'env in (dev,prod)'],
  [{ matchExpressions: [{ key: 'env', operator: 'In', values: ['prod', ''] }] }, 'env in (,prod)'],
  [{ matchExpressions: [{ key: 'env', operator: 'In', values: [''] }] }, 'env in ()'],
  [{ matchExpressions: [{ key: 'env', operator: 'NotIn', values: ['', 'dev'] }] }, 'env notin (,dev)'],
  [{ matchExpressions: [{ key: 'a.b/c_d', operator: 'Exists' }] }, 'a.b/c_d'],
  [{ matchExpressions: [{ key: 'env', operator: 'DoesNotExist' }] }, '!env'],
  // Words of the syntax itself are labels and values like any other.
  [{ matchLabels: { in: 'notin', notin: 'in' } }, 'in=notin,notin=in'],
  [{ matchExpressions: [{ key: 'in', operator: 'NotIn', values: ['in', 'notin'] }] }, 'in notin (in,notin)'],
  [
    {
      matchLabels: { tier: 'gold' },
      matchExpressions: [
        { key: 'env', operator: 'In', values: ['prod'] },
        { key: 'x', operator: 'DoesNotExist' },
      ],
    },
    'tier=gold,env in (prod),!x',
  ],
];

it.each(selectors)('%j is written %s', (selector, text) => {
  expect(labelSelector({ selector })).toBe(text);
});

it('is absent where there is none', () => {
  expect(labelSelector({ projects: ['payments'] })).toBeUndefined();
});

/** What the engine's own parser makes of a selector, in Kubernetes' canonical form. */
function parsedBy(engine: Instance, selector: string): string | undefined {
  const subscriptions = yamlSafeJson([{ recipients: ['a'], triggers: ['b'], selector }]);
  const answer = engine.ask({ call: 'check', configMap: { subscriptions }, secret: {} }) as {
    readonly parsed?: { readonly subscriptions: readonly { readonly selector?: string }[] };
  };
  return answer.parsed?.subscriptions[0]?.selector;
}

/** Whether labels meet requirements in canonical form: `a=b`, `a in (,b)`, `a notin (b)`, `a`, `!a`, `a=`. */
function selects(canonical: string, labels: Readonly<Record<string, string>>): boolean {
  return canonical.split(/,(?![^(]*\))/).every((each) => {
    const set = /^(\S+) (in|notin) \((.*)\)$/.exec(each);
    if (set) {
      const value = labels[set[1] as string];
      const isIn = value !== undefined && (set[3] as string).split(',').includes(value);
      return isIn === (set[2] === 'in');
    }
    if (each.startsWith('!')) return labels[each.slice(1)] === undefined;
    const [key, value] = each.split('=') as [string, string?];
    return value === undefined ? labels[key] !== undefined : labels[key] === value;
  });
}

it('selects what the condition holds for, as the engine reads both', async () => {
  const engine = await startEngine(locateEngine());
  const keys = ['tier', 'env', 'in', 'notin', 'a', 'b', 'app', 'x', 'a.b/c_d'];
  const labelSets: Record<string, string>[] = [
    {},
    ...keys.flatMap((key) => ['', 'gold', 'prod', 'in', 'notin', 'dev'].map((value) => ({ [key]: value }))),
    { tier: 'gold', app: 'pay' },
    { in: 'notin', notin: 'in' },
    { a: '', b: 'x' },
    { tier: 'gold', env: 'prod' },
    { tier: 'gold', env: 'prod', x: '' },
  ];
  const triggers = selectors.map(([selector], index): [string, string] => [
    `trigger.t${index}`,
    yamlSafeJson([{ when: criteriaExpression({ selector }), send: [] }]),
  ]);
  const canonical = selectors.map(([, text]) => {
    const parsed = parsedBy(engine, text);
    expect(parsed, text).toBeDefined();
    return parsed as string;
  });
  for (const labels of labelSets) {
    const answer = engine.ask({
      call: 'evaluate',
      configMap: Object.fromEntries(triggers),
      secret: {},
      app: { metadata: { name: 'a', labels } },
    }) as { readonly triggers: { readonly name: string; readonly conditions: { triggered: boolean }[] }[] };
    for (const [index, [, text]] of selectors.entries()) {
      const evaluated = answer.triggers.find(({ name }) => name === `t${index}`);
      const where = `${text} for ${exprString(JSON.stringify(labels))}`;
      expect(selects(canonical[index] as string, labels), where).toBe(evaluated?.conditions[0]?.triggered);
    }
  }
});
