import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import type { Snapshot } from './model/snapshot.ts';
import {
  afterWrites,
  config,
  found,
  robot,
  SECRET,
  SILENT,
  snapshot,
  subscription,
  TOKEN,
} from './testing/fixtures.ts';
import { visibleParts } from './testing/fresh.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const NAMES = ['a', 'b'];

/** One edit of everything that can change, beside a subscription and a robot that never do. */
function edited(before: Snapshot, generation: number): Snapshot {
  const named = (namespace: string, name = 'edited') => ({ namespace, name, generation });
  const fixed = before.subscriptions.find(({ metadata }) => metadata.name === 'fixed');
  const next: Snapshot = {
    ...before,
    config: config({ limits: { perNamespace: { resources: generation % 3 === 0 ? 1 : 100 } } }),
    robots: [
      ...before.robots.filter(({ metadata }) => metadata.name === 'fixed'),
      ...NAMES.map((namespace) => robot(named(namespace), { sharedWith: { namespaces: ['*'] } })),
    ],
    templates: NAMES.map((namespace) => ({
      apiVersion: 'argocd-dingtalk.io/v1alpha1',
      kind: 'NotificationTemplate',
      metadata: robot(named(namespace)).metadata,
      spec: { message: { text: { content: `text ${generation}` } } },
    })),
    subscriptions: [
      ...(fixed ? [fixed] : []),
      ...NAMES.map((namespace) => subscription(named(namespace), { robots: [{ name: 'edited' }] })),
    ],
    namespaces: new Map(NAMES.map((name) => [name, { team: `${generation}` }])),
    projects: [{ name: 'payments', grantedTo: NAMES.join() }],
    credentials: new Map(
      NAMES.map((name) => [`${name}/payments-dingtalk`, found({ webhook: TOKEN, secret: SECRET })]),
    ),
    // Sometimes there is no answer, and an older version stays.
    answers: generation % 4 === 0 ? SILENT : snapshot().answers,
    serverTime: new Date(before.serverTime.getTime() + 60_000),
    now: new Date(before.now.getTime() + 60_000),
  };
  visibleParts(next);
  return { ...next, target: afterWrites(next) };
}

/** Everything that a decision may remember something of. */
const remembered = ({ target, ...values }: Snapshot): Record<string, readonly unknown[]> => ({
  configuration: [values.config],
  lists: [values.robots, values.templates, values.subscriptions, values.projects],
  resources: [...values.robots, ...values.templates, ...values.subscriptions],
  labels: [...values.namespaces.values()],
  credentials: [...values.credentials.values()],
  target: [target.configMap?.data, target.secret?.data],
});

const FIXED = { namespace: 'a', name: 'fixed' };
const NEVER_EDITED = [
  robot(FIXED),
  subscription(FIXED, { robots: [{ name: 'edited' }, { name: 'fixed' }] }),
] as const;

/** Decides again and again. Not a part of the test itself: a running function holds the objects that it has seen last. */
function churn() {
  let now = snapshot({ robots: [NEVER_EDITED[0]], subscriptions: [NEVER_EDITED[1]] });
  const seen: { readonly what: string; readonly reference: WeakRef<object> }[] = [];
  for (let generation = 1; generation <= 40; generation++) {
    now = edited(now, generation);
    for (const [what, objects] of generation <= 30 ? Object.entries(remembered(now)) : [])
      for (const each of objects as object[])
        seen.push({ what: `${what} ${generation}`, reference: new WeakRef(each) });
  }
  return { now, seen };
}

it('what is remembered of a resource goes with the resource, also if another one that names it stays', async () => {
  const { now, seen } = churn();
  // A WeakRef keeps its object to the end of the turn.
  await setImmediate();
  collectGarbage();
  const present = new Set<unknown>(Object.values(remembered(now)).flat());
  const kept = seen.flatMap(({ what, reference }) => {
    const object = reference.deref();
    return object && !present.has(object) ? [what] : [];
  });
  expect(seen.length).toBeGreaterThan(500);
  expect(kept).toEqual([]);
  expect(present).toContain(NEVER_EDITED[1]);
});
