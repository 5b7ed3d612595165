import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../operator/core/model/snapshot.ts';
import { config, settled, snapshot, subscription } from '../../../operator/core/testing/fixtures.ts';
import { GOOD, GOOD_NAME, GOOD_PROJECT, goodTeam } from './good-team.ts';
import { violationOf } from './properties.ts';
import { shrink } from './shrink.ts';

const good = goodTeam(
  { hasCondition: false, hasSelector: false, creationTimestamp: '2026-11-23T07:59:59Z' },
  0,
  0,
);
const secretName = `${GOOD}/${GOOD_NAME}-dingtalk`;
const token = good.credentials.state === 'found' ? (good.credentials.data.webhook as string) : '';

const world = (fields: Partial<Snapshot> = {}): Snapshot =>
  snapshot({
    robots: [good.robot],
    templates: [good.template],
    subscriptions: [good.subscription],
    credentials: new Map([[secretName, good.credentials]]),
    config: config({ tenancy: { projects: { [GOOD_PROJECT]: [GOOD] } } }),
    ...fields,
  });

describe('of a world', () => {
  it('in which all is well, nothing is said', () => {
    expect(violationOf(world())).toBeUndefined();
    expect(violationOf(settled(world(), 30 * 60_000))).toBeUndefined();
  });

  it('in which the good team loses what is live, that is said', () => {
    const { spec } = good.robot;
    const suspended = { ...good.robot, spec: { ...spec, suspend: true } };
    expect(violationOf({ ...settled(world()), robots: [suspended] })).toMatchObject({
      property: 'withdrawn',
    });
    expect(violationOf({ ...settled(world()), subscriptions: [] })).toMatchObject({ property: 'withdrawn' });
  });

  it('in which somebody takes what the good team would have alone, that is said', () => {
    const events = Array.from({ length: 20 }, (_, index) => ({ trigger: 'on-deployed', name: `e${index}` }));
    const rivals = ['team-a', 'team-b'].map((namespace) =>
      subscription(
        { namespace, creationTimestamp: '2026-11-23T06:00:00Z' },
        {
          robots: [{ name: GOOD_NAME, namespace: GOOD }],
          applications: { projects: [GOOD_PROJECT] },
          events: events as never,
        },
      ),
    );
    const shared = {
      ...good.robot,
      spec: { ...good.robot.spec, sharedWith: { namespaces: ['*'] as [string] } },
    };
    const all = config({ tenancy: { projects: { [GOOD_PROJECT]: ['*'] } } });
    const crowded = world({ robots: [shared], subscriptions: [good.subscription, ...rivals], config: all });
    expect(violationOf(crowded)).toMatchObject({ property: 'neighbours' });
  });

  it('in which a token shows, that is said', () => {
    const params = { name: GOOD_NAME, params: { owner: token } };
    const leak = {
      ...good.subscription.spec,
      events: [{ trigger: 'on-deployed', template: params }] as never,
    };
    const violation = violationOf(world({ subscriptions: [{ ...good.subscription, spec: leak }] }));
    expect(violation).toMatchObject({ property: 'secrets', words: expect.stringContaining(secretName) });
  });
});

describe('what is found', () => {
  it('is made smaller as far as it still is found', () => {
    const noise = ['team-a', 'team-b', 'team-c'].map((namespace) =>
      subscription({ namespace }, { applications: { names: ['a-*', 'b-*'] } }),
    );
    const isFound = ({ subscriptions }: Snapshot) =>
      subscriptions.some(
        ({ metadata, spec }) => metadata.namespace === 'team-b' && spec.applications?.names?.includes('b-*'),
      );
    const least = shrink(world({ subscriptions: noise }), isFound, 5_000);
    expect(least.robots).toEqual([]);
    expect(least.subscriptions).toMatchObject([
      { metadata: { namespace: 'team-b' }, spec: { applications: { names: ['b-*'] } } },
    ]);
    expect(Object.keys(least.subscriptions[0]?.spec ?? {})).toEqual(['applications']);
  });
});
