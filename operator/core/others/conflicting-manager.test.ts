import { describe, expect, it } from 'vitest';
import type { FieldManager, LiveObject } from '../model/snapshot.ts';
import { liveObject } from '../testing/fixtures.ts';
import { entryKey } from '../writes/our-part.ts';
import { conflictingManager, ownerFindings } from './conflicting-manager.ts';
import { conflictFinding } from './write-conflict.ts';

const BEFORE = '2026-11-23T08:00:00Z';
const AFTER = '2026-11-23T08:00:05Z';
const LEFT = { uid: 'target', ownTime: BEFORE };
const KEY = 'trigger.dt_a_b_c';
const OURS = manager('argocd-dingtalk', 'Apply', BEFORE);

function manager(
  name: string,
  operation: FieldManager['operation'],
  time: string,
  ...keys: string[]
): FieldManager {
  return { name, operation, time, keys: new Set(keys) };
}
const object = (managers: FieldManager[], owners: LiveObject['owners'] = []): LiveObject => ({
  ...liveObject(),
  managers,
  owners,
});
const who = (found: LiveObject | undefined, lost = [KEY]) => conflictingManager(found, lost, LEFT);

describe('the writer that took keys of the operator', () => {
  it('is the manager that holds them now', () => {
    const other = manager('kubectl-edit', 'Update', AFTER, 'context');
    const culprit = who(object([OURS, other, manager('helm', 'Update', BEFORE, KEY)]));
    expect(culprit).toMatchObject({ isCertain: true, who: expect.stringContaining('helm (Update at') });
    expect(culprit.remedy).toContain('--force');
  });

  it('is the manager that holds the shared key, where entries are lost', () => {
    const culprit = who(object([OURS, manager('chart', 'Update', AFTER, 'subscriptions')]), [
      entryKey('dt_a'),
    ]);
    expect(culprit).toMatchObject({ isCertain: true, who: expect.stringContaining('chart') });
  });

  it('is another instance of this operator, if the operator’s own entry in managedFields has moved', () => {
    const moved = manager('argocd-dingtalk', 'Apply', AFTER);
    expect(who(object([moved]))).toMatchObject({ isCertain: true, who: expect.stringContaining('another') });
    // Somebody created the object again, with new entries in managedFields: these prove nothing.
    expect(who({ ...object([moved]), uid: 'new' }).who).not.toContain('another instance');
  });

  it.each([
    ['ExternalSecret', 'creationPolicy: Merge'],
    ['SealedSecret', 'sealedsecrets.bitnami.com/patch'],
    ['NotificationsConfiguration', 'argocd-operator'],
  ])('is the owner of the object: %s', (kind, remedy) => {
    const owned = object([OURS, manager('x', 'Update', AFTER)], [{ kind, name: 'theirs' }]);
    expect(who(owned)).toMatchObject({ isCertain: false, who: expect.stringContaining(`${kind} theirs`) });
    expect(who(owned).remedy).toContain(remedy);
    expect(ownerFindings('Secret a/b', owned)).toMatchObject([{ reason: 'TargetOwned' }]);
  });

  it.each([
    ['argocd-controller', 'Replace=true'],
    ['kubectl-client-side-apply', 'kubectl'],
    ['kubectl-replace', 'kubectl'],
    ['helm', '--force'],
    ['argocd-operator', 'NotificationsConfiguration'],
    ['external-secrets', 'creationPolicy'],
    ['something-of-their-own', 'Leave the key subscriptions, and all keys with dt_'],
  ])('is probably %s, if it has written since', (name, remedy) => {
    const culprit = who(object([OURS, manager(name, 'Update', AFTER, 'context')]));
    expect(culprit).toMatchObject({ isCertain: false, who: expect.stringContaining(name) });
    expect(culprit.remedy).toContain(remedy);
  });

  it('may have deleted the object', () => {
    expect(who(undefined).who).toContain('that deletes the object');
    expect(who({ ...object([]), uid: 'new' }).who).toContain('creates it again');
  });

  it('is not known where managedFields names no other writer', () => {
    const early = manager('early', 'Update', '2026-11-23T07:00:00Z', 'context');
    expect(who(object([OURS, early])).who).toContain('these also write to the object: early');
    expect(who(object([OURS])).who).toContain('no trace');
    expect(ownerFindings('Secret a/b', object([], [{ kind: 'Deployment', name: 'x' }]))).toEqual([]);
  });
});

it('is reported with the object and the remedy, and without details that change from loss to loss', () => {
  const by = who(object([manager('helm', 'Update', AFTER, KEY)]));
  const finding = conflictFinding('ConfigMap a/b', { losses: [], level: 1, keys: new Set([KEY]), by });
  expect(finding.reason).toBe('TargetContested');
  expect(finding.message).toMatch(
    /^ConfigMap a\/b: another writer .* keys of this operator: field manager helm .* --force/,
  );
});
