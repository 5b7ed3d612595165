import { describe, expect, it } from 'vitest';
import type { CustomKind } from '../../operator/api/kinds.ts';
import { crdChecks } from '../../operator/files/crd-check.ts';
import { editedTemplate, hostileNamespace } from './hostile-namespace.ts';
import { stored } from './stored.ts';

const manifests = await hostileNamespace('team-bad');
const checks = await crdChecks();

describe('the hostile namespace', () => {
  it('has 3 000 resources in about 6 MB, beside its Secret', () => {
    const { robots, templates, subscriptions, credentials } = stored(manifests, '2026-11-23T07:00:00Z');
    expect(robots.length + templates.length + subscriptions.length).toBe(3_000);
    expect([...credentials.keys()]).toEqual(['team-bad/bot']);
    const bytes = JSON.stringify(manifests).length;
    expect(bytes).toBeGreaterThan(5_000_000);
    expect(bytes).toBeLessThan(9_000_000);
  });

  it('has nothing that the API server would refuse', () => {
    const first = new Map(manifests.map((each) => [each.metadata.name.replace(/\d+$/, ''), each]));
    const resources = [...first.values(), editedTemplate('team-bad', 1)].filter(
      ({ kind }) => kind !== 'Secret',
    );
    const refused = resources.flatMap((each) =>
      checks[each.kind as CustomKind].violations(each).map(({ field, message }) => `${field}: ${message}`),
    );
    expect(refused).toEqual([]);
  });

  it('has no name twice', () => {
    const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
  });
});
