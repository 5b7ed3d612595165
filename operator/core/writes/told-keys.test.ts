import { describe, expect, it } from 'vitest';
import { serviceKey } from '../../argocd/names.ts';
import { decide } from '../decide.ts';
import { readLiveState } from '../model/live.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { statusUpdates } from '../status/statuses.ts';
import { NAMESPACE, settled, snapshot, team } from '../testing/fixtures.ts';
import { toldKeys } from './told-keys.ts';

const SERVICE = `dt_${NAMESPACE}_payments`;

/** The snapshot after all statuses were written. */
function told(before: Snapshot): Snapshot {
  const { resolution, plan } = decide(before);
  const observed = { snapshot: before, live: readLiveState(before.target), plan, obstacle: undefined };
  const updates = statusUpdates(resolution, observed);
  const withStatus = <CR extends { readonly kind: string; readonly metadata: { readonly name: string } }>(
    cr: CR,
  ): CR => {
    const update = updates.find(
      (each) => each.cr.kind === cr.kind && each.cr.metadata.name === cr.metadata.name,
    );
    return update ? { ...cr, status: update.patch } : cr;
  };
  return {
    ...before,
    robots: before.robots.map(withStatus),
    subscriptions: before.subscriptions.map(withStatus),
  };
}

const live = told(settled(snapshot(team())));
const keysOf = (before: Snapshot) => Object.keys(before.target.configMap?.data ?? {}).sort();

describe('the keys that statuses report', () => {
  it('are all keys of the operator, and none that is not there', () => {
    const { ConfigMap, Secret } = toldKeys(live);
    const ours = keysOf(live).filter((key) => key.includes('dt_'));
    expect(ours.length).toBeGreaterThan(2);
    expect(ours.filter((key) => !ConfigMap.has(key))).toEqual([]);
    expect([...Secret]).toEqual([SERVICE]);
  });

  it('are none where a status is about an older generation, or reports less than all', () => {
    const edited = (generation: number): Snapshot => ({
      ...live,
      robots: live.robots.map((cr) => ({ ...cr, metadata: { ...cr.metadata, generation } })),
      subscriptions: live.subscriptions.map((cr) => ({ ...cr, metadata: { ...cr.metadata, generation } })),
    });
    expect(toldKeys(edited(99))).toEqual({ ConfigMap: new Set(), Secret: new Set() });
    expect(toldKeys(told(snapshot(team())))).toEqual({ ConfigMap: new Set(), Secret: new Set() });
  });

  it('have a new leader restore a value that somebody has replaced while nobody led', () => {
    const key = serviceKey(SERVICE);
    const { configMap } = live.target;
    if (!configMap) throw new Error('there is no ConfigMap');
    const data = { ...configMap.data, [key]: 'url: https://example.invalid' };
    const replaced = (leftBehind: ReadonlySet<string>): Snapshot => ({
      ...live,
      target: { ...live.target, configMap: { ...configMap, data, leftBehind } },
    });
    const applied = (before: Snapshot) =>
      decide(before).writes.steps.flatMap((step) => (step.kind === 'apply' ? [step.data[key]] : []));
    expect(applied(replaced(new Set()))).not.toContain(configMap.data[key]);
    expect(applied(replaced(toldKeys(live).ConfigMap))).toContain(configMap.data[key]);
  });
});
