import { describe, expect, it } from 'vitest';
import type { ApplicationCriteria } from '../../api/types.generated.ts';
import { SUBSCRIPTIONS_KEY, triggerKey } from '../../argocd/names.ts';
import { decide } from '../decide.ts';
import type { GateAnswer } from '../model/engine-api.ts';
import { liveObject, NAMESPACE, robot, settled, snapshot, subscription } from '../testing/fixtures.ts';

const SERVICE = `dt_${NAMESPACE}_payments`;
const EVENT = `${SERVICE}_on-sync-failed`;
const gold: ApplicationCriteria = { selector: { matchLabels: { tier: 'gold' } } };
const withCriteria = (applications: ApplicationCriteria, events = [{ trigger: 'on-sync-failed' }]) =>
  subscription({}, { applications, events });
const robots = [robot()];
const selecting = snapshot({ robots, subscriptions: [withCriteria(gold)] });
const broken = [{ trigger: 'nonsense' }];

describe('a label selector', () => {
  it('stands in the entry as well as in the condition', () => {
    const { plan } = decide(selecting);
    expect(plan.entries).toEqual([{ recipients: [SERVICE], triggers: [EVENT], selector: 'tier=gold' }]);
    expect(plan.configMap[triggerKey(EVENT)]).toContain("app.metadata?.labels?.['tier'] == 'gold'");
  });

  it('is written once', () => {
    const live = settled(selecting);
    expect(live.target.configMap?.data.subscriptions).toContain('"selector":"tier=gold"');
    expect(decide(live).writes.steps).toEqual([]);
  });

  it('that an earlier operator has not written comes in without a replay', () => {
    const live = settled(selecting);
    const { subscriptions: text = '', ...data } = live.target.configMap?.data ?? {};
    const without = liveObject({ ...data, subscriptions: text.replace(',"selector":"tier=gold"', '') });
    const { writes, plan } = decide({ ...live, target: { ...live.target, configMap: without } });
    expect(writes.steps).toEqual([{ kind: 'subscriptions', text }]);
    expect(plan.configMap[triggerKey(EVENT)]).toBe(data[triggerKey(EVENT)]);
  });

  it('stays with the live version while a newer one is broken', () => {
    const live = settled(selecting);
    const { plan, writes } = decide({ ...live, subscriptions: [withCriteria(gold, broken)] });
    expect(plan.entries[0]?.selector).toBe('tier=gold');
    expect(writes.steps).toEqual([]);
  });

  it('of a live version is dropped, not guessed, where the broken one has another', () => {
    const live = settled(selecting);
    const tin: ApplicationCriteria = { selector: { matchLabels: { tier: 'tin' } } };
    const { plan } = decide({ ...live, subscriptions: [withCriteria(tin, broken)] });
    expect(plan.entries).toEqual([{ recipients: [SERVICE], triggers: [EVENT] }]);
    expect(plan.configMap[triggerKey(EVENT)]).toContain("== 'gold'");
  });

  it('that the engine does not take is refused with its field', () => {
    const refusing = {
      get: (): GateAnswer => ({
        ok: false,
        errors: [{ key: SUBSCRIPTIONS_KEY, message: 'unable to parse requirement' }],
      }),
    };
    const live = settled(snapshot({ robots }));
    const { subscriptions } = selecting;
    const [only] = decide({ ...live, subscriptions, answers: refusing }).resolution.subscriptions;
    expect(only?.verdict.refusal).toMatchObject({
      reason: 'EngineRefused',
      message: expect.stringContaining('spec.applications.selector: unable to parse requirement'),
    });
  });
});
