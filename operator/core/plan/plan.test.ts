import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { templateKey, triggerKey } from '../../argocd/names.ts';
import { decide } from '../decide.ts';
import type { Snapshot } from '../model/snapshot.ts';
import {
  afterWrites,
  config,
  liveObject,
  NAMESPACE,
  robot,
  SILENT,
  settled,
  snapshot,
  subscription,
  team,
  template,
  unsigned,
} from '../testing/fixtures.ts';

const SERVICE = `dt_${NAMESPACE}_payments`;
const EVENT = `${SERVICE}_on-sync-failed`;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const trusting = config({ tenancy: { trustedNamespaces: [NAMESPACE], projects: { payments: [NAMESPACE] } } });

const planOf = (fields: Partial<Snapshot>) => decide(snapshot(fields)).plan;
const triggerOf = (before: Snapshot): string => decide(before).plan.configMap[triggerKey(EVENT)] ?? '';

describe('merge', () => {
  it('gives a robot its service and URL, and a subscription its trigger, template and entry', () => {
    const plan = planOf(team());
    expect(Object.keys(plan.configMap).sort()).toEqual([
      `service.webhook.${SERVICE}`,
      templateKey(EVENT),
      triggerKey(EVENT),
    ]);
    expect(Object.keys(plan.secret)).toEqual([SERVICE]);
    expect(plan.entries).toEqual([{ recipients: [SERVICE], triggers: [EVENT] }]);
  });

  it('keeps every credential out of the ConfigMap', () => {
    const plan = planOf(team());
    expect(JSON.stringify([plan.configMap, plan.entries])).not.toMatch(/access_token|SEC[0-9a-f]|a1b2/);
  });

  it('writes nothing once all is written', () => {
    const once = settled(snapshot(team()));
    expect(decide(once).writes.steps).toEqual([]);
    expect(decide(settled(once, 10 * MINUTE)).writes.steps).toEqual([]);
  });

  it('depends on no order', () => {
    const robots = ['a', 'b', 'c'].map((name) => robot({ name }));
    const subscriptions = ['x', 'y', 'z'].map((name) =>
      subscription({ name }, { robots: [{ name: 'b' }, { name: 'a' }] }),
    );
    const expected = planOf({ robots, subscriptions });
    fc.assert(
      fc.property(
        fc.shuffledSubarray(robots, { minLength: 3 }),
        fc.shuffledSubarray(subscriptions, { minLength: 3 }),
        (r, s) => {
          const plan = planOf({ robots: r, subscriptions: s });
          expect(JSON.stringify([plan.configMap, plan.secret, plan.entries])).toBe(
            JSON.stringify([expected.configMap, expected.secret, expected.entries]),
          );
        },
      ),
    );
  });

  it('leaves a good team’s keys alone when another team is bad', () => {
    const good = planOf(team());
    const bad = subscription({ namespace: 'team-bad' }, { events: [{ trigger: 'nonsense' }] });
    const both = planOf({
      robots: [robot(), robot({ namespace: 'team-bad' })],
      subscriptions: [subscription(), bad],
    });
    expect(both).toMatchObject({ configMap: good.configMap, secret: good.secret, entries: good.entries });
  });
});

describe('live keys', () => {
  it('go with their CR', () => {
    const live = settled(snapshot(team()));
    const empty = afterWrites({ ...live, robots: [], subscriptions: [] });
    expect(empty.configMap?.data).toEqual({});
    expect(empty.secret?.data).toEqual({});
  });

  it('stay when the template of a subscription is deleted', () => {
    const events = [{ trigger: 'on-sync-failed', template: { name: 'short' } }];
    const live = settled(
      snapshot({
        ...team(),
        config: trusting,
        templates: [template({ name: 'short' }, '{"msgtype":"text"}')],
        subscriptions: [subscription({}, { events })],
      }),
    );
    const { resolution, writes } = decide({ ...live, templates: [] });
    expect(resolution.subscriptions[0]?.verdict.refusal?.reason).toBe('TemplateNotFound');
    expect(writes.steps).toEqual([]);
  });

  it('stay unchanged while the engine cannot judge them, whatever the order of events and of keys', () => {
    const events = ['on-sync-failed', 'on-deployed'].map((trigger) => ({
      trigger,
      template: { name: 'short' },
    }));
    const live = settled(
      snapshot({
        ...team(),
        config: trusting,
        templates: [template({ name: 'short' }, '{"msgtype":"text"}')],
        subscriptions: [subscription({}, { events })],
      }),
    );
    const { configMap, secret } = live.target;
    const data = Object.fromEntries(Object.entries(configMap?.data ?? {}).sort());
    const target = { configMap: liveObject(data, Object.keys(data)), secret };
    expect(decide({ ...live, target, answers: SILENT }).plan.entries).toEqual(decide(live).plan.entries);
  });

  it('stay when a subscription is edited into a mistake, unless a grant was withdrawn since', () => {
    const live = settled(snapshot(team()));
    const broken = [subscription({ generation: 2 }, { events: [{ trigger: 'nonsense' }] })];
    expect(decide({ ...live, subscriptions: broken }).writes.steps).toEqual([]);
    const withdrawn = decide({ ...live, subscriptions: broken, config: config({ tenancy: {} }) });
    expect(Object.keys(withdrawn.plan.configMap)).toEqual([`service.webhook.${SERVICE}`]);
    expect(withdrawn.plan.entries).toEqual([]);
  });

  it('stay with an own condition only as long as own conditions are allowed', () => {
    const own = [{ name: 'own', when: "app.kind == 'x'", eventTime: 'app.metadata?.creationTimestamp' }];
    const live = settled(snapshot({ ...team(), subscriptions: [subscription({}, { events: own })] }));
    const broken = [subscription({ generation: 2 }, { events: [...own, { trigger: 'nonsense' }] })];
    expect(decide({ ...live, subscriptions: broken }).writes.steps).toEqual([]);
    const tenancy = { allowExpressions: false, projects: { payments: [NAMESPACE] } };
    const forbidding = { ...live, config: config({ tenancy }) };
    for (const subscriptions of [broken, live.subscriptions]) {
      expect(decide({ ...forbidding, subscriptions }).plan.entries).toEqual([]);
    }
    const trusted = config({ tenancy: { ...tenancy, trustedNamespaces: [NAMESPACE] } });
    expect(decide({ ...live, config: trusted }).writes.steps).toEqual([]);
  });

  it('lose a robot that goes, even while the subscription is broken', () => {
    const two = [{ name: 'payments' }, { name: 'second' }];
    const robots = [robot(), robot({ name: 'second' })];
    const live = settled(snapshot({ robots, subscriptions: [subscription({}, { robots: two })] }));
    const broken = [subscription({ generation: 2 }, { robots: two, events: [{ trigger: 'nonsense' }] })];
    const { plan } = decide({ ...live, robots: [robot()], subscriptions: broken });
    expect(plan.entries).toEqual([{ recipients: [SERVICE], triggers: [EVENT] }]);
    const kept = JSON.parse(plan.configMap[templateKey(EVENT)] ?? '') as { webhook: object };
    expect(Object.keys(kept.webhook)).toEqual([SERVICE]);
  });

  it('of a CR that was deleted and made again belong to no CR', () => {
    const live = settled(snapshot(team()), MINUTE);
    const again = subscription({ uid: 'ffffffff-0000' }, { events: [{ trigger: 'nonsense' }] });
    expect(decide({ ...live, subscriptions: [again] }).plan.entries).toEqual([]);
  });

  it('are restored after a hand edit', () => {
    const live = settled(snapshot(team()));
    const edited = { ...live.target.configMap?.data };
    edited[triggerKey(EVENT)] = `${edited[triggerKey(EVENT)]} # edited`;
    const target = { ...live.target, configMap: liveObject(edited) };
    expect(afterWrites({ ...live, target }).configMap?.data).toEqual(live.target.configMap?.data);
  });
});

describe('since: earlier events are not replayed', () => {
  const first = settled(snapshot(team()));
  const later = settled(first, DAY);

  it('stays as it is through time, restarts and edits that change no condition', () => {
    expect(triggerOf(later)).toBe(triggerOf(first));
    const edited = { ...later, subscriptions: [subscription({ generation: 2 })] };
    expect(JSON.parse(triggerOf(edited))[0].when).toBe(JSON.parse(triggerOf(first))[0].when);
  });

  it('moves when a robot is added, and not when one is taken away', () => {
    const robots = [robot(), robot({ name: 'second' })];
    const both = [{ name: 'payments' }, { name: 'second' }];
    const grown = settled({ ...later, robots, subscriptions: [subscription({}, { robots: both })] }, DAY);
    expect(triggerOf(grown)).toContain("'2026-11-24T08:00:00Z'");
    expect(triggerOf({ ...grown, subscriptions: [subscription()] })).toContain("'2026-11-24T08:00:00Z'");
  });

  it('moves when the condition changes, and when a suspended subscription resumes', () => {
    const edited = { ...later, subscriptions: [subscription({}, { applications: { all: true } })] };
    expect(triggerOf(edited)).toContain("'2026-11-24T08:00:00Z'");
    const paused = settled({ ...later, subscriptions: [subscription({}, { suspend: true })] }, DAY);
    expect(triggerOf({ ...paused, subscriptions: [subscription()] })).toContain("'2026-11-25T08:00:00Z'");
  });

  it('moves when a grant is given or withdrawn, whichever way it was given', () => {
    const byAnnotation = { ...later, projects: [{ name: 'shop', grantedTo: NAMESPACE }] };
    expect(triggerOf(byAnnotation)).toContain("'2026-11-24T08:00:00Z'");
    const granted = settled(byAnnotation, DAY);
    expect(triggerOf({ ...granted, projects: [] })).toContain("'2026-11-25T08:00:00Z'");
    expect(triggerOf({ ...later, config: config({ tenancy: {} }) })).toContain("'2026-11-24T08:00:00Z'");
  });

  it('moves when the namespace was not served for a while', () => {
    const tenancy = { namespaceSelector: { matchLabels: { notify: 'on' } } };
    const selecting = { ...later, config: config({ tenancy }) };
    const labelled = { ...selecting, namespaces: new Map([[NAMESPACE, { notify: 'on' }]]) };
    const gone = settled({ ...labelled, namespaces: new Map([[NAMESPACE, {}]]) }, DAY);
    expect(gone.target.configMap?.data).toEqual({});
    expect(gone.target.secret?.data).toEqual({});
    expect(triggerOf({ ...gone, namespaces: labelled.namespaces })).toContain("'2026-11-25T08:00:00Z'");
  });

  it('moves when the entry was gone for a while', () => {
    const { subscriptions: _, ...data } = later.target.configMap?.data ?? {};
    const target = { ...later.target, configMap: liveObject(data) };
    expect(triggerOf({ ...later, target })).toContain("'2026-11-24T08:00:00Z'");
  });
});

describe('signatures', () => {
  const robots = [robot(), robot({ name: 'second' }), unsigned({ name: 'plain' })];

  it('are all renewed in one write as soon as one is due', () => {
    const first = settled(snapshot({ robots: robots.slice(0, 1) }), 15 * MINUTE);
    const second = settled({ ...first, robots }, 4 * MINUTE);
    expect(decide(second).writes.steps).toEqual([]);
    const due = settled(second, 2 * MINUTE);
    const { writes, plan } = decide(due);
    expect(writes.steps.map((step) => step.kind)).toEqual(['apply']);
    const moments = Object.values(plan.secret).map((url) => new URL(url).searchParams.get('timestamp'));
    expect(moments.sort()).toEqual([String(due.now.getTime()), String(due.now.getTime()), null]);
  });

  it('say when the next renewal is due', () => {
    const live = settled(snapshot({ robots }), 5 * MINUTE);
    expect(decide(live).plan.renewAt).toEqual(new Date('2026-11-23T08:20:00Z'));
    expect(planOf({ robots: [unsigned()] }).renewAt).toBeUndefined();
  });

  it.each([
    [
      'the clock was set back',
      (live: Snapshot) => ({ ...live, now: new Date(live.now.getTime() - 2 * MINUTE) }),
    ],
    ['the hour is over', (live: Snapshot) => ({ ...live, now: new Date(live.now.getTime() + 90 * MINUTE) })],
  ])('are made again when %s', (_, change) => {
    const changed = change(settled(snapshot(team())));
    const url = new URL(decide(changed).plan.secret[SERVICE] ?? '');
    expect(url.searchParams.get('timestamp')).toBe(String(changed.now.getTime()));
  });
});
