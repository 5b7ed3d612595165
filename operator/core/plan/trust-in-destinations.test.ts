import { describe, expect, it } from 'vitest';
import { eventKeyName, SUBSCRIPTIONS_KEY, triggerKey } from '../../argocd/names.ts';
import { readWrittenTrigger } from '../../argocd/trigger-value.ts';
import { decide } from '../decide.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { config, NAMESPACE, settled, snapshot, subscription, team } from '../testing/fixtures.ts';

const HOUR_MS = 3_600_000;
const KEY = triggerKey(eventKeyName(NAMESPACE, 'payments', 'on-sync-failed'));
const ignored = config({ tenancy: { destinations: 'Ignored', projects: { payments: [NAMESPACE] } } });

const live = settled(snapshot(team()), HOUR_MS);
const changed: Snapshot = { ...live, config: ignored };
const whenIn = ({ target }: Snapshot) => readWrittenTrigger(target.configMap?.data[KEY] ?? '')?.when;

describe('destinations that are not trusted any more', () => {
  it('are no way to hear of an application, from now on', () => {
    expect(whenIn(live)).toContain('destination');
    expect(whenIn(live)).toContain("'2026-11-23T08:00:00Z'");
    const after = settled(changed);
    expect(whenIn(after)).not.toContain('destination');
    expect(whenIn(after)).toMatch(/^\(\(app\.metadata\?\.namespace == 'team-payments'\) or \(/);
    // Events of the hour before are not sent again.
    expect(whenIn(after)).toContain("'2026-11-23T09:00:00Z'");
    expect(whenIn(after)).not.toContain("'2026-11-23T08:00:00Z'");
    expect(decide(after).writes.steps).toEqual([]);
  });

  it('leave names and entries as they are', () => {
    const [before, after] = [live.target.configMap?.data, settled(changed).target.configMap?.data];
    expect(Object.keys(after ?? {}).sort()).toEqual(Object.keys(before ?? {}).sort());
    expect(after?.[SUBSCRIPTIONS_KEY]).toBe(before?.[SUBSCRIPTIONS_KEY]);
  });

  it('are not kept by a version that is live because its successor is refused', () => {
    const broken = subscription({ generation: 2 }, { events: [{ trigger: 'nonsense' }] });
    expect(whenIn(settled({ ...live, subscriptions: [broken] }))).toBe(whenIn(live));
    expect(whenIn(settled({ ...changed, subscriptions: [broken] }))).toBeUndefined();
    const narrow = settled(changed, HOUR_MS);
    expect(whenIn(settled({ ...narrow, subscriptions: [broken] }))).toBe(whenIn(narrow));
  });

  it('count from the day on which they are trusted again', () => {
    const again = settled({ ...settled(changed, HOUR_MS), config: live.config });
    expect(whenIn(again)).toBe(whenIn(live)?.replaceAll('T08:00:00Z', 'T10:00:00Z'));
  });

  it('still filter the applications of a subscription', () => {
    const applications = { destinationNamespaces: ['pay'], clusters: ['staging'] };
    const after = settled({ ...changed, subscriptions: [subscription({ generation: 2 }, { applications })] });
    expect(whenIn(after)).toContain("(app.spec?.destination?.namespace ?? '') in ['pay']");
    expect(whenIn(after)).toContain("(app.spec?.destination?.name ?? '') in ['staging']");
  });
});
