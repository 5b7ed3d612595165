import { describe, expect, it } from 'vitest';
import { parseKey, RELAY_SERVICE } from '../../argocd/names.ts';
import { readTemplate } from '../../argocd/template-value.ts';
import { readTrigger } from '../../argocd/trigger-value.ts';
import { decide } from '../decide.ts';
import type { Snapshot } from '../model/snapshot.ts';
import {
  config,
  NAMESPACE,
  RELAY_URL,
  relayed,
  robot,
  settled,
  snapshot,
  subscription,
} from '../testing/fixtures.ts';

const own = {
  name: 'slow',
  when: "app.status?.operationState?.phase == 'Running'",
  eventTime: 'app.status?.operationState?.startedAt',
};
const events = [own, { trigger: 'on-deployed' }];
const subscribed = (generation = 1, more: object = {}) =>
  subscription({ generation }, { events, applications: { all: true }, ...more });
const START = relayed({ robots: [robot()], subscriptions: [subscribed()] });

const NAME = 'dt_team-payments_payments_slow';
const POSTED = `${NAME}_relay`;
const HOUR = 3_600_000;
const postedKeys = (before: Snapshot) =>
  Object.keys(decide(before).plan.configMap).filter((key) => {
    const owner = parseKey(key);
    return owner?.kind === 'relay' && owner.subscription !== undefined;
  });
const conditionOf = (before: Snapshot, name = POSTED) =>
  readTrigger(decide(before).plan.configMap[`trigger.${name}`] ?? '')?.[0];

describe('an event with its own condition, for a relayed robot', () => {
  it('is posted to the relay by its own trigger, with its name in the route', () => {
    const { plan } = decide(START);
    expect(postedKeys(START).sort()).toEqual([`template.${POSTED}`, `trigger.${POSTED}`]);
    expect(conditionOf(START)?.send).toEqual([POSTED]);
    const webhook = readTemplate(plan.configMap[`template.${POSTED}`] ?? '')?.webhook ?? {};
    expect(Object.keys(webhook)).toEqual([RELAY_SERVICE]);
    expect(webhook[RELAY_SERVICE]?.body).toContain(`{"event":"${NAME}","app":`);
    expect(plan.entries).toContainEqual({ recipients: [RELAY_SERVICE], triggers: [POSTED] });
    expect(plan.entries).toContainEqual({ recipients: [RELAY_SERVICE], triggers: ['dt__on-deployed'] });
    const route = [...plan.routes.values()][0];
    expect(route?.events.map(({ trigger }) => trigger)).toContain(NAME);
    const inRoute = readTrigger(route?.configMap[`trigger.${NAME}`] ?? '')?.[0];
    expect(conditionOf(START)?.when).toBe(inRoute?.when);
  });

  it('is written once, and goes with its route', () => {
    const after = settled(START, HOUR);
    expect(decide(after).writes.steps).toEqual([]);
    expect(decide(after).routes).toEqual({ apply: [], remove: [] });
    expect(decide(after).questions.size).toBe(0);
    const gone = settled({ ...after, subscriptions: [] });
    expect(gone.target.configMap?.data).toEqual({});
  });

  it('keeps the moment from which it counts through an edit', () => {
    const after = {
      ...settled(START, HOUR),
      subscriptions: [subscribed(2, { events: [...events, { trigger: 'on-created' }] })],
    };
    expect(conditionOf(after)?.when).toBe(conditionOf(START)?.when);
  });

  it('counts from a little before for a robot that moves to the relay: Argo CD may have events to come to', () => {
    const direct = settled(snapshot({ robots: [robot()], subscriptions: [subscribed()] }), HOUR);
    const moved = relayed({
      ...START,
      now: direct.now,
      serverTime: direct.serverTime,
      target: direct.target,
    });
    const routed = settled(settled(moved));
    expect(conditionOf(direct, NAME)?.when).toContain("> '2026-11-23T08:00:00Z'");
    expect(conditionOf(routed)?.when).toContain("> '2026-11-23T08:50:00Z'");
    const route = [...decide(routed).plan.routes.values()][0];
    expect(route?.configMap[`trigger.${NAME}`]).toContain("> '2026-11-23T08:00:00Z'");
    const after = settled(settled(routed));
    expect(decide(after).writes.steps).toEqual([]);
    expect(Object.keys(after.target.configMap?.data ?? {})).not.toContain(`trigger.${NAME}`);
  });

  it('stays beside a direct robot, which has its own trigger', () => {
    const robots = [robot({}, { delivery: 'Relay' }), robot({ name: 'second' }, { delivery: 'Direct' })];
    const names = { robots: [{ name: 'payments' }, { name: 'second' }] };
    const both = relayed({ robots, subscriptions: [subscribed(1, names)] });
    const keys = Object.keys(decide(both).plan.configMap);
    expect(keys).toContain(`trigger.${NAME}`);
    expect(keys).toContain(`trigger.${POSTED}`);
    expect(decide(settled(both)).writes.steps).toEqual([]);
  });

  it('keeps its live version after a mistake, but not without the trust in own conditions', () => {
    const after = {
      ...settled(START),
      subscriptions: [subscribed(2, { events: [own, { trigger: 'on-nothing' }] })],
    };
    expect(decide(after).writes.steps).toEqual([]);
    const untrusting = config({
      relay: { url: RELAY_URL },
      robots: { delivery: 'Relay' },
      tenancy: { projects: { payments: [NAMESPACE] }, allowExpressions: false },
    });
    const untrusted = { ...after, config: untrusting };
    expect(postedKeys(untrusted)).toEqual([]);
    expect([...decide(untrusted).plan.routes.values()][0]?.events.map(({ name }) => name)).toEqual([
      'on-deployed',
    ]);
  });

  it('needs room in the ConfigMap', () => {
    const limits = { ...START.config.limits, configMapBytes: 1_000 };
    const full = { ...START, config: { ...START.config, limits } };
    expect(decide(full).resolution.subscriptions[0]?.verdict.refusal?.reason).toBe('TargetFull');
    expect(postedKeys(full)).toEqual([]);
  });
});
