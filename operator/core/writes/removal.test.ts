import { describe, expect, it } from 'vitest';
import { serviceKey, templateKey, triggerKey } from '../../argocd/names.ts';
import type { Snapshot, Target } from '../model/snapshot.ts';
import { liveObject, NAMESPACE, settled, snapshot, team } from '../testing/fixtures.ts';
import { removalOf } from './removal.ts';

const SERVICE = `dt_${NAMESPACE}_payments`;
const EVENT = `${SERVICE}_on-sync-failed`;
const OURS = [serviceKey(SERVICE), templateKey(EVENT), triggerKey(EVENT)];
const FOREIGN = {
  'service.slack': 'token: $slack',
  'template.dt_theirs': 'message: made by hand',
  'trigger.dt_a_b_c': '- when: "true"',
  subscriptions: '- recipients: [slack:x] # theirs\n  triggers: [t]',
};

const target = { configMap: liveObject(FOREIGN), secret: liveObject({ dt_theirs: 'x' }) };
const live = (fields: Partial<Snapshot> = {}): Target =>
  settled(snapshot({ ...team(), target, ...fields })).target;

describe('a removal', () => {
  it('takes our keys and entries, from the ConfigMap first, and gives the shared key back', () => {
    const removal = removalOf(live());
    expect(removal).toMatchObject({ configMap: OURS, secret: [SERVICE], entries: 1 });
    expect(removal.steps).toEqual([
      { kind: 'apply', object: 'ConfigMap', data: {}, stale: OURS },
      { kind: 'subscriptions', text: FOREIGN.subscriptions },
      { kind: 'apply', object: 'Secret', data: {}, stale: [SERVICE] },
    ]);
    expect(removal.broken).toBeUndefined();
  });

  it('takes our entries from under a tool that applies the shared key, and names it', () => {
    const { configMap, secret } = live();
    const helm = { name: 'helm', operation: 'Apply', time: '', keys: new Set(['subscriptions']) } as const;
    const owned = { configMap: configMap && { ...configMap, managers: [helm] }, secret };
    expect(removalOf(owned)).toMatchObject({ owner: 'helm', entries: 1, steps: { length: 3 } });
    expect(removalOf(live()).owner).toBeUndefined();
  });

  it('lists foreign keys with names like the operator’s', () => {
    const left = { configMap: ['template.dt_theirs', 'trigger.dt_a_b_c'], secret: ['dt_theirs'] };
    expect(removalOf(live()).left).toEqual(left);
    expect(removalOf(target)).toMatchObject({ steps: [], configMap: [], secret: [], entries: 0, left });
  });

  it('takes the shared key away if only we needed it', () => {
    const { steps } = removalOf(live({ target: { configMap: liveObject(), secret: liveObject() } }));
    expect(steps[1]).toEqual({ kind: 'subscriptions', text: undefined });
  });

  it('remembers whose a key of the Secret is once the service that told is gone', () => {
    const secret = liveObject({ [SERVICE]: 'https://x', other: 'y' });
    const before = { configMap: target.configMap, secret };
    expect(removalOf(before)).toMatchObject({ secret: [], left: { secret: [SERVICE] } });
    const removal = removalOf(before, new Set([SERVICE, 'dt_gone_since']));
    expect(removal).toMatchObject({ secret: [SERVICE], left: { secret: [] } });
    expect(removal.steps).toEqual([{ kind: 'apply', object: 'Secret', data: {}, stale: [SERVICE] }]);
  });

  it.each<[string, (whole: Target) => Target, string[]]>([
    ['the Secret', ({ configMap }) => ({ configMap }), ['ConfigMap', 'subscriptions']],
    ['the ConfigMap', ({ secret }) => ({ secret }), ['Secret']],
  ])('clears one object while %s is not there', (_, without, steps) => {
    const removal = removalOf(without(live()));
    expect(removal.steps.map((step) => (step.kind === 'apply' ? step.object : step.kind))).toEqual(steps);
  });

  it('says so if the entries can not be separated from foreign ones, and removes the rest', () => {
    const { configMap, secret } = live();
    const broken = {
      ...FOREIGN,
      ...configMap?.data,
      subscriptions: `a: [\n${configMap?.data.subscriptions}`,
    };
    const removal = removalOf({ configMap: liveObject(broken, OURS), secret });
    expect(removal.broken).toMatch(/\S/);
    expect(removal.steps.map(({ kind }) => kind)).toEqual(['apply', 'apply']);
  });
});
