import { describe, expect, it } from 'vitest';
import { limited, robot, settled, snapshot, subscription } from '../testing/fixtures.ts';
import { robotsLookedAt } from './beyond-bounds.ts';

const { perNamespace } = limited({}).limits;
const one = limited({ perNamespace: { ...perNamespace, resources: 1 } });
const old = robot({ name: 'old', uid: 'old', creationTimestamp: '2026-11-23T07:00:00Z' });
const young = robot({ name: 'young', uid: 'young', creationTimestamp: '2026-11-23T07:01:00Z' });
const younger = robot({ name: 'younger', uid: 'younger', creationTimestamp: '2026-11-23T07:02:00Z' });
const names = (...args: Parameters<typeof robotsLookedAt>) =>
  robotsLookedAt(...args).map(({ metadata }) => metadata.name);

describe('the robots whose Secrets are read', () => {
  it('are not those beyond the bounds of their namespace', () => {
    expect(names(snapshot({ robots: [younger, young, old], config: one }))).toEqual(['old']);
    expect(names(snapshot({ robots: [younger, young, old] }))).toEqual(['younger', 'young', 'old']);
  });

  it('are those of other namespaces, however many resources are beyond bounds', () => {
    const other = robot({ namespace: 'team-b', name: 'other', uid: 'other' });
    expect(names(snapshot({ robots: [young, old, other], config: one }))).toEqual(['old', 'other']);
  });

  it('are those that are live, whatever the bounds', () => {
    const used = robot({ creationTimestamp: '2026-11-23T07:01:00Z' });
    const live = settled(snapshot({ robots: [used], subscriptions: [subscription()] }));
    const later = { ...live, subscriptions: [], config: one };
    expect(names({ ...later, robots: [used, old] })).toEqual([used.metadata.name]);
  });

  it('are not those of a namespace that is not served', () => {
    const config = { ...one, tenancy: { ...one.tenancy, deniedNamespaces: [old.metadata.namespace] } };
    expect(names(snapshot({ robots: [old], config }))).toEqual([]);
  });
});
