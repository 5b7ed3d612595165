import { expect, it } from 'vitest';
import { decide } from './decide.ts';
import { Faults } from './model/faults.ts';
import type { Snapshot } from './model/snapshot.ts';
import { statusUpdates } from './status/statuses.ts';
import {
  afterWrites,
  config,
  found,
  NOW,
  robot,
  SECRET,
  SILENT,
  settled,
  snapshot,
  subscription,
  TOKEN,
} from './testing/fixtures.ts';
import { staleParts } from './testing/fresh.ts';

const HOUR_MS = 3_600_000;
const NAMES = ['a', 'b', 'c'];

const typed = (namespace: string, text: string, generation = 1) => ({
  apiVersion: 'argocd-dingtalk.io/v1alpha1',
  kind: 'NotificationTemplate',
  metadata: { ...robot({ namespace, name: 'text', generation }).metadata },
  spec: { message: { text: { content: text } }, sharedWith: { namespaces: ['*'] } },
});

const event = (template: object) => ({ trigger: 'on-sync-failed', template }) as never;

function start(): Snapshot {
  return snapshot({
    config: config({ tenancy: { projects: { shared: ['a'] } } }),
    robots: NAMES.map((namespace) => robot({ namespace, name: 'robot' })),
    templates: NAMES.map((namespace) => typed(namespace, `{{app.metadata.name}} of ${namespace}`)) as never,
    subscriptions: NAMES.map((namespace) =>
      subscription(
        { namespace, name: 'all' },
        {
          robots: [{ name: 'robot' }],
          applications: { projects: ['shared'] },
          events: [event({ name: 'text' })],
        },
      ),
    ),
    namespaces: new Map(NAMES.map((name) => [name, { team: name }])),
    credentials: new Map(
      NAMES.map((name) => [`${name}/payments-dingtalk`, found({ webhook: TOKEN, secret: SECRET })]),
    ),
  });
}

type Change = readonly [string, (before: Snapshot) => Partial<Snapshot>];

const replaced = <T extends { readonly metadata: { readonly namespace: string } }>(
  list: readonly T[],
  by: T,
) => list.map((each) => (each.metadata.namespace === by.metadata.namespace ? by : each));

/** Only its status fails. */
const withoutRobots = () =>
  subscription({ namespace: 'a', name: 'old' }, { suspend: true, robots: undefined as never });

/** The subscriptions with the statuses that the operator wants. */
function told(before: Snapshot): Snapshot['subscriptions'] {
  const { resolution, live, plan } = decide(before);
  const updates = statusUpdates(resolution, { snapshot: before, live, plan }, new Faults());
  return before.subscriptions.map((cr) => {
    const patch = updates.find((update) => update.cr === cr)?.patch;
    return patch ? { ...cr, status: { ...cr.status, ...patch } } : cr;
  });
}

const CHANGES: readonly Change[] = [
  ['the writes', (before) => ({ target: afterWrites(before) })],
  ['nothing', () => ({})],
  [
    'an edited template',
    ({ templates }) => ({ templates: replaced(templates, typed('a', 'new', 2) as never) }),
  ],
  [
    'a shared one of another namespace',
    ({ subscriptions }) => ({
      subscriptions: replaced(
        subscriptions,
        subscription(
          { namespace: 'b', name: 'all', generation: 2 },
          { robots: [{ name: 'robot' }], events: [event({ name: 'text', namespace: 'a' })] },
        ),
      ),
    }),
  ],
  ['the writes of both', (before) => ({ target: afterWrites(before) })],
  [
    'a template that is shared no more',
    ({ templates }) => ({
      templates: replaced(templates, {
        ...typed('a', 'new', 3),
        spec: { message: { text: { content: 'x' } } },
      } as never),
    }),
  ],
  ['an engine that has not answered', () => ({ answers: SILENT })],
  ['an engine that has', () => ({ answers: start().answers })],
  [
    'other credentials',
    ({ credentials }) => ({
      credentials: new Map([
        ...credentials,
        ['b/payments-dingtalk', found({ webhook: 'c3d4'.repeat(16), secret: SECRET })],
      ]),
    }),
  ],
  [
    'a Secret that is gone',
    ({ credentials }) => ({
      credentials: new Map([...credentials, ['c/payments-dingtalk', { state: 'missing' as const }]]),
    }),
  ],
  ['a Secret that is back', () => ({ credentials: start().credentials })],
  [
    'a suspended robot',
    ({ robots }) => ({
      robots: replaced(robots, robot({ namespace: 'a', name: 'robot', generation: 2 }, { suspend: true })),
    }),
  ],
  ['the writes without it', (before) => ({ target: afterWrites(before) })],
  [
    'a foreign key of the same name',
    ({ target }) => ({
      target: {
        ...target,
        configMap: target.configMap && {
          ...target.configMap,
          data: { ...target.configMap.data, 'trigger.dt_a_all_on-sync-failed': 'not ours' },
        },
      },
    }),
  ],
  ['a withdrawn grant', () => ({ config: config({ tenancy: { projects: {} } }) })],
  [
    'a namespace that is not served',
    () => ({
      config: config({
        tenancy: { namespaceSelector: { matchLabels: { team: 'a' } }, reportUnselected: true },
      }),
    }),
  ],
  ['other labels', () => ({ namespaces: new Map(NAMES.map((name) => [name, { team: 'a' }])) })],
  [
    'a limit of resources',
    () => ({
      config: config({ limits: { perNamespace: { resources: 1 }, unscopedTriggers: 1 } }),
    }),
  ],
  ['no limit', () => ({ config: start().config, robots: start().robots })],
  ['a second', (before) => settled(before, 1_000)],
  ['an hour', (before) => settled(before, HOUR_MS)],
  [
    'a resource of an older CRD',
    ({ subscriptions }) => ({ subscriptions: [...subscriptions, withoutRobots()] }),
  ],
  ['its status', (before) => ({ subscriptions: told(before) })],
  ['an empty target', () => ({ target: start().target, now: NOW, serverTime: NOW })],
  ['no resources', () => ({ robots: [], templates: [], subscriptions: [] })],
];

it('a decision is the same, whatever the decisions before have left in memory', () => {
  let before = start();
  for (const [what, change] of CHANGES) {
    before = { ...before, ...change(before) };
    expect(staleParts(before), what).toEqual({});
  }
});
