import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { NotificationSubscription } from '../../api/kinds.ts';
import { resourceKey } from '../../api/names.ts';
import { decide } from '../decide.ts';
import { readLiveState } from '../model/live.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { type Criteria, sub as subscriptionOf, TEAMS, teams } from '../plan/testing/teams.ts';
import { config, liveObject, settled } from '../testing/fixtures.ts';
import { wantedStatuses } from './statuses.ts';

const crowded = (limits: object) =>
  config({ limits: { unscopedTriggers: 20, ...limits }, tenancy: { projects: { shared: TEAMS } } });
/** The scarce resources, beside conditions that Argo CD evaluates for every application, and a robot's messages. */
const CROWDED = {
  configMap: crowded({ configMapBytes: 60_000 }),
  quotas: crowded({ perNamespace: { subscriptions: 2, keys: 40, bytes: 25_000 } }),
  destinations: crowded({ perNamespace: { subscriptions: 100, keys: 1_000, bytes: 1_000_000 } }),
};

/** One of each kind that a robot may get in one minute. */
const TRIGGERS = ['on-created', 'on-sync-running', 'on-sync-failed', 'on-deployed'] as const;

const sub = (...args: Parameters<typeof subscriptionOf>): NotificationSubscription => {
  const cr = subscriptionOf(...args);
  const events = cr.spec.events.map((event, index) => ({ ...event, trigger: TRIGGERS[index % 4] as string }));
  return { ...cr, spec: { ...cr.spec, events } };
};

const CRITERIA: readonly Criteria[] = [
  { all: true },
  { projects: ['shared'] },
  { names: ['one'] },
  { projects: ['shared'], selector: { matchLabels: { team: 'x' } } },
];

const subscriptions = fc
  .array(fc.tuple(fc.constantFrom(...TEAMS), fc.integer({ min: 1, max: 10 }), fc.constantFrom(...CRITERIA)), {
    minLength: 10,
    maxLength: 22,
  })
  .map((all) => all.map(([team, count, criteria], index) => sub(team, `s${index}`, count, criteria, index)));

const crowd = (all: readonly NotificationSubscription[], scarce: keyof typeof CROWDED): Snapshot =>
  teams({
    config: CROWDED[scarce],
    subscriptions: all,
    target: { configMap: liveObject({ theirs: 'x'.repeat(5_000) }), secret: liveObject() },
  });

/** The edits of a stranger. An edit makes another generation, and a newcomer comes last. */
const CHANGES: Readonly<
  Record<string, (all: readonly NotificationSubscription[], index: number) => NotificationSubscription[]>
> = {
  adds: (all, index) => [
    ...all,
    sub(all[index]?.metadata.namespace as string, 'newcomer', 3, { projects: ['shared'] }, 59),
  ],
  removes: (all, index) => all.toSpliced(index, 1),
  edits: (all, index) => {
    const { metadata, spec } = all[index] as NotificationSubscription;
    const [first, ...others] = spec.events;
    const events = others.length > 0 ? others : [{ ...first, name: 'other', trigger: 'on-deployed' }];
    const edited = { ...metadata, generation: 2 };
    return all.with(index, {
      ...(all[index] as NotificationSubscription),
      metadata: edited,
      spec: { ...spec, events },
    });
  },
};

/** Finds the limit that leaves no room. */
const FULL = /ConfigMap|Secret|(subscriptions|keys|bytes) in Argo CD's objects|of namespace|that project \S+/;

interface Outcome {
  readonly key: string;
  /** The verdict without its message, and the keys in the target. */
  readonly verdict: object;
  readonly status: unknown;
}

/** All verdicts and statuses after the writes. */
function outcomes(before: Snapshot): Map<string, Outcome> {
  const after = settled(before);
  const { resolution, plan } = decide(after);
  const live = readLiveState(after.target);
  const statuses = wantedStatuses(resolution, { snapshot: after, live, plan });
  const verdicts = new Map(
    [...resolution.robots, ...resolution.subscriptions].map(({ cr, verdict }) => [cr.metadata.uid, verdict]),
  );
  return new Map(
    statuses.map(({ kind, cr, updateFor }) => {
      const key = `${kind.kind} ${resourceKey(cr)}`;
      const { rollout, refusal, warnings } = verdicts.get(cr.metadata.uid) ?? {};
      const keys = Object.entries(after.target.configMap?.data ?? {}).filter(([name]) =>
        name.includes(`dt_${cr.metadata.namespace}_${cr.metadata.name}`),
      );
      const reasons = [refusal, ...(warnings ?? [])].map((each) => each?.reason);
      const verdict = { rollout, reasons, full: FULL.exec(refusal?.message ?? '')?.[0], keys };
      return [key, { key, verdict, status: updateFor(cr)?.patch }];
    }),
  );
}

it('an edit of one team changes no status of a resource whose verdict and keys stay the same', {
  timeout: 120_000,
}, () => {
  const seen = new Map<string, number>();
  const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
  fc.assert(
    fc.property(
      subscriptions,
      fc.nat(),
      fc.constantFrom(...Object.keys(CHANGES)),
      fc.constantFrom('configMap', 'quotas', 'destinations'),
      (all, choice, change, scarce) => {
        const index = choice % all.length;
        const live = settled(crowd(all, scarce));
        const before = outcomes(live);
        const next = CHANGES[change]?.(all, index) ?? [];
        const after = outcomes({ ...live, subscriptions: next });
        const own = `NotificationSubscription ${resourceKey(all[index] as NotificationSubscription)}`;
        for (const [key, { verdict, status }] of before) {
          const now = after.get(key);
          if (key === own || !now) continue;
          if (JSON.stringify(now.verdict) !== JSON.stringify(verdict)) continue;
          count('same');
          for (const { reasons } of [now.verdict as { reasons: (string | undefined)[] }]) {
            for (const reason of reasons) if (reason) count(reason);
          }
          expect(now.status, `${key} after somebody ${change} ${own}`).toEqual(status);
        }
      },
    ),
    { numRuns: 60 },
  );
  // The limits were reached, otherwise the test shows nothing.
  for (const reason of [
    'TargetFull',
    'NamespaceQuotaExceeded',
    'TooManyDestinations',
    'CostlyRoute',
    'ThrottlingPossible',
  ]) {
    expect(seen.get(reason) ?? 0, `${reason}: ${JSON.stringify([...seen])}`).toBeGreaterThan(5);
  }
});
