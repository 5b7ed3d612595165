import { describe, expect, it } from 'vitest';
import type { DingTalkRobot } from '../../api/kinds.ts';
import { serviceName } from '../../argocd/names.ts';
import { decide } from '../decide.ts';
import type { Snapshot, Target } from '../model/snapshot.ts';
import { statusUpdates } from '../status/statuses.ts';
import {
  found,
  limited,
  NAMESPACE,
  robot,
  SECRET,
  SILENT,
  settled,
  snapshot,
  TOKEN,
  team,
} from '../testing/fixtures.ts';

const MIB = 1_048_576;
const ALL = limited({}).limits.perNamespace;

/** As Kubernetes counts a Secret, with the keys. */
const bytesOf = ({ secret }: Pick<Target, 'secret'>) =>
  Object.entries(secret?.data ?? {}).reduce((sum, [key, value]) => sum + key.length + value.length, 0);

const credentialsOf = (before: Snapshot, tokenOf: (name: string) => string) =>
  new Map(
    before.robots.map(({ metadata, spec }) => [
      `${metadata.namespace}/${spec.webhook.secretKeyRef.name}`,
      found({ webhook: tokenOf(metadata.name), secret: SECRET }),
    ]),
  );

/** Live robots of many namespaces, unsigned, each with a different Secret and token. */
function crowd(count: number, tokenOf: (name: string) => string): Snapshot {
  const robots = Array.from({ length: count }, (_, index) => {
    const name = `r${index}`;
    const each = robot({ namespace: `team-${index % 11}`, name });
    return { ...each, spec: { webhook: { secretKeyRef: { name, key: 'webhook' } } } };
  });
  const config = limited({ configMapBytes: 1_030_000, secretBytes: 1_000_000, perNamespace: ALL });
  const before = snapshot({ robots, config });
  return settled({ ...before, credentials: credentialsOf(before, tokenOf) });
}

const signed = (before: Snapshot): Snapshot => ({
  ...before,
  robots: before.robots.map((each) => ({
    ...each,
    metadata: { ...each.metadata, generation: 2 },
    spec: { ...each.spec, signing: { secretKeyRef: { ...each.spec.webhook.secretKeyRef, key: 'secret' } } },
  })),
});

const verdicts = (before: Snapshot) => {
  const found = new Map<string, number>();
  for (const { verdict } of decide(before).resolution.robots) {
    const text = `${verdict.rollout} ${verdict.refusal?.reason ?? ''}`.trim();
    found.set(text, (found.get(text) ?? 0) + 1);
  }
  return Object.fromEntries(found);
};

describe('live robots that grow', () => {
  const before = crowd(2_750, () => 't'.repeat(64));

  it('get longer tokens and signatures as long as the Secret has room; the others stay as they are', () => {
    const grown = signed({ ...before, credentials: credentialsOf(before, () => 't'.repeat(256)) });
    const after = settled(grown);
    expect(bytesOf(before.target)).toBeLessThan(500_000);
    expect(bytesOf(after.target)).toBeLessThan(1_000_000);
    const { current = 0, 'lastGood TargetFull': waiting = 0 } = verdicts(grown);
    expect(current + waiting).toBe(2_750);
    expect(current).toBeGreaterThan(1_000);
    expect(waiting).toBeGreaterThan(300);
    expect(Object.keys(after.target.secret?.data ?? {})).toHaveLength(2_750);
    expect(Object.values(after.target.secret?.data ?? {}).filter((url) => /t{256}&/.test(url))).toHaveLength(
      current,
    );
  });

  it('wait for room in their namespace, if its quota is used up', () => {
    const bytes = 110_000;
    const config = limited({ secretBytes: 1_000_000, perNamespace: { ...ALL, bytes } });
    const grown = signed({ ...before, config, credentials: credentialsOf(before, () => 't'.repeat(256)) });
    expect(Object.keys(verdicts(grown)).sort()).toEqual(['current', 'lastGood NamespaceQuotaExceeded']);
  });

  it('never make the Secret larger than Kubernetes accepts, however often they grow by 99 bytes', () => {
    let state = crowd(4_000, () => 't'.repeat(10));
    const sizes = [bytesOf(state.target)];
    for (const length of [109, 208, 256, 157, 256]) {
      state = settled({ ...state, credentials: credentialsOf(state, () => 't'.repeat(length)) });
      sizes.push(bytesOf(state.target));
    }
    expect(Math.max(...sizes)).toBeLessThan(MIB - 10_000);
    // Beyond the limit, but only by the reserve for rotations.
    expect(Math.max(...sizes)).toBeGreaterThan(1_000_000);
    expect(Object.keys(state.target.secret?.data ?? {})).toHaveLength(4_000);
  });

  it('do not wait for a token of about the same length, even if live keys are beyond a lowered limit', () => {
    const tight = limited({
      secretBytes: 1_000,
      configMapBytes: 1_000,
      perNamespace: { ...ALL, bytes: 1_000 },
    });
    const rotated = { ...before, config: tight, credentials: credentialsOf(before, () => 'n'.repeat(70)) };
    expect(verdicts(rotated)).toEqual({ current: 2_750 });
    expect(verdicts({ ...rotated, credentials: credentialsOf(before, () => 'n'.repeat(256)) })).toEqual({
      'lastGood TargetFull': 2_750,
    });
  });
});

describe('a live robot that has to wait', () => {
  const service = serviceName(NAMESPACE, 'payments');
  const live = settled(snapshot(team()));
  const credentials = new Map([
    [`${NAMESPACE}/payments-dingtalk`, found({ webhook: `${TOKEN}${'f'.repeat(150)}`, secret: SECRET })],
  ]);
  const full = { ...live, credentials, config: limited({ secretBytes: 300 }) };
  const later = (minutes: number) => ({ ...full, now: new Date(live.now.getTime() + minutes * 60_000) });

  it('keeps its URL until its signature ends', () => {
    const { plan, resolution, writes } = decide(later(59));
    expect(plan.secret).toEqual({ [service]: live.target.secret?.data[service] });
    expect(plan.subscriptions.size).toBe(1);
    expect(resolution.robots[0]?.verdict.refusal?.reason).toBe('TargetFull');
    expect(resolution.subscriptions[0]?.verdict.refusal).toBeUndefined();
    expect(writes.steps).toEqual([]);
    expect(decide(later(61)).plan.secret).toEqual({});
  });

  it('reports this, and the end of its signature', () => {
    const { resolution, plan, live: state, ignored } = decide(full);
    const [update] = statusUpdates(resolution, {
      snapshot: full,
      live: state,
      plan,
      ignored,
      contested: [],
    } as never);
    expect(update?.patch).toMatchObject({ signedUntil: '2026-11-23T09:00:00Z' });
    const conditions = (update?.patch.conditions ?? []) as { type: string; reason: string }[];
    expect(Object.fromEntries(conditions.map(({ type, reason }) => [type, reason]))).toMatchObject({
      Accepted: 'TargetFull',
      Merged: 'PreviousVersionLive',
      Signed: 'Signed',
    });
  });

  it('for the engine keeps its service, and its URL is renewed', () => {
    const edited = { ...live, robots: [robot({ generation: 2 })], answers: SILENT };
    const { plan, writes } = decide(edited);
    expect(plan.robots.has(`${NAMESPACE}/payments`)).toBe(true);
    expect(writes.steps).toEqual([]);
    const due = decide({ ...edited, now: new Date(live.now.getTime() + 50 * 60_000) });
    expect(due.plan.configMap).toEqual(plan.configMap);
    expect(due.writes.steps).toMatchObject([{ object: 'Secret' }]);
    expect(due.plan.secret[service]).not.toBe(plan.secret[service]);
  });
});

describe('a live robot whose spec has a mistake', () => {
  const service = serviceName(NAMESPACE, 'payments');
  const live = settled(snapshot(team()));
  const mistaken = (spec: Partial<DingTalkRobot['spec']> = {}): Snapshot => ({
    ...live,
    robots: [robot({ generation: 2 }, { timeZone: 'Asia/Shangai', ...spec })],
    now: new Date(live.now.getTime() + 50 * 60_000),
  });
  const other = { webhook: { secretKeyRef: { name: 'payments-dingtalk', key: 'other' } } };
  const courses = (before: Snapshot) =>
    decide(before).resolution.robots.map(({ verdict }) => `${verdict.rollout} ${verdict.refusal?.reason}`);

  it('is renewed, with a token that is rotated, as long as it names the same credentials', () => {
    const before = mistaken();
    const { writes, plan } = decide(before);
    expect(writes.steps).toMatchObject([{ object: 'Secret' }]);
    expect(courses(before)).toEqual(['lastGood UnknownTimeZone']);
    const late = settled(before, 50 * 60_000);
    expect(decide(late).plan.configMap).toEqual(plan.configMap);
    const rotated = found({ webhook: 'rotated', secret: SECRET });
    const credentials = new Map([[`${NAMESPACE}/payments-dingtalk`, rotated]]);
    expect(decide({ ...before, credentials }).plan.secret[service]).toContain('access_token=rotated&');
  });

  it('is revoked with them', () => {
    const credentials = new Map([[`${NAMESPACE}/payments-dingtalk`, { state: 'missing' } as const]]);
    expect(decide({ ...mistaken(), credentials }).plan.configMap).toEqual({});
    expect(courses({ ...mistaken(), credentials })).toEqual(['none UnknownTimeZone']);
  });

  it('that names others stays as it is until its signature ends', () => {
    const before = mistaken(other);
    expect(decide(before).writes.steps).toEqual([]);
    expect(courses({ ...before, now: new Date(live.now.getTime() + 61 * 60_000) })).toEqual([
      'none UnknownTimeZone',
    ]);
  });

  it('that is not read yet leaves the robot live, and no status mentions it', () => {
    const { writes, resolution } = decide({ ...mistaken(), credentials: new Map() });
    expect(writes.steps).toEqual([]);
    expect(resolution.robots[0]?.verdict.awaitsCredentials).toBe(true);
  });
});
