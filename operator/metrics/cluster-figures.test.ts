import { describe, expect, it } from 'vitest';
import type { Condition, CustomResource } from '../api/kinds.ts';
import { serviceKey, serviceName } from '../argocd/names.ts';
import { config, NOW, robot, subscription, unsigned } from '../core/testing/fixtures.ts';
import { signedUrl } from '../dingtalk/sign.ts';
import { type ClusterObjects, objectFigures, resourceFigures, signatureFigures } from './cluster-figures.ts';

const NOTHING: ClusterObjects = {
  config: config(),
  robots: [],
  templates: [],
  subscriptions: [],
  namespaces: new Map(),
  configMap: undefined,
  secret: undefined,
};

const condition = (type: Condition['type'], status: Condition['status'], reason: string): Condition => ({
  ...{ type, status, reason, message: '' },
  lastTransitionTime: '2026-11-23T07:00:00Z',
  observedGeneration: 1,
});

/** The resource with a status that is about its present generation. */
const withStatus = <T extends CustomResource>(resource: T, ...conditions: Condition[]): T => ({
  ...resource,
  status: { observedGeneration: resource.metadata.generation, conditions },
});

describe('the resources', () => {
  const ready = withStatus(robot({ name: 'a' }), condition('Ready', 'True', 'Ready'));
  const refused = withStatus(robot({ name: 'b' }), condition('Ready', 'False', 'TokenUnknown'));

  it('are counted by kind and state, and by reason where they are not ready', () => {
    const odd = withStatus(robot({ name: 'c' }), condition('Ready', 'False', 'MadeUpByATenant'));
    const { resources, notReady } = resourceFigures({ ...NOTHING, robots: [ready, refused, odd] });
    expect(resources.filter(({ count }) => count > 0)).toEqual([
      { kind: 'DingTalkRobot', ready: 'True', count: 1 },
      { kind: 'DingTalkRobot', ready: 'False', count: 2 },
    ]);
    expect(notReady).toEqual([
      { kind: 'DingTalkRobot', reason: 'TokenUnknown', count: 1 },
      { kind: 'DingTalkRobot', reason: 'Other', count: 1 },
    ]);
  });

  it('are unknown while their status is about an earlier generation, or missing', () => {
    const edited = { ...ready, metadata: { ...ready.metadata, generation: 2 } };
    const { resources } = resourceFigures({ ...NOTHING, robots: [edited], subscriptions: [subscription()] });
    expect(resources.filter(({ count }) => count > 0)).toEqual([
      { kind: 'DingTalkRobot', ready: 'Unknown', count: 1 },
      { kind: 'NotificationSubscription', ready: 'Unknown', count: 1 },
    ]);
  });

  it('of namespaces that the installation does not serve are not counted', () => {
    const denying = config({ tenancy: { deniedNamespaces: ['team-*'] } });
    const { resources, notReady } = resourceFigures({ ...NOTHING, config: denying, robots: [refused] });
    expect([resources.filter(({ count }) => count > 0), notReady]).toEqual([[], []]);
  });
});

describe('the target objects', () => {
  const live = { uid: 'u', resourceVersion: '1', owned: new Set<string>(), managers: [], owners: [] };

  it('have the bytes of all keys, those of others included, and the number of the own keys', () => {
    const service = serviceName('team-payments', 'payments');
    const provenance = `# argocd-dingtalk: 0a1b2c3d 1 01234567`;
    const configMap = {
      ...live,
      unseenBytes: 100,
      data: { [serviceKey(service)]: provenance, other: 'xyz' },
    };
    const secret = { ...live, data: { [service]: 'https://h' } };
    const [map, sealed] = objectFigures({ config: config(), configMap, secret });
    expect(map).toMatchObject({
      object: 'ConfigMap',
      bytes: serviceKey(service).length + provenance.length + 'otherxyz'.length + 100,
      budgetBytes: config().limits.configMapBytes,
    });
    expect(sealed).toMatchObject({ object: 'Secret', keys: 1, bytes: service.length + 9 });
  });

  it('that do not exist have no figures', () => {
    expect(objectFigures({ config: config(), configMap: undefined, secret: undefined })).toEqual([]);
  });
});

describe('the signatures', () => {
  const MINUTE = 60_000;
  const accepted = condition('Accepted', 'True', 'Accepted');
  const names = ['a', 'b'];
  const signedAt = (...ages: (number | undefined)[]) => {
    const data = ages.flatMap((age, index) =>
      age === undefined
        ? []
        : [
            [
              serviceName('team-payments', names[index] ?? ''),
              signedUrl('https://h/robot/send?access_token=t', 's', NOW.getTime() - age),
            ],
          ],
    );
    const live = { uid: 'u', resourceVersion: '1', owned: new Set<string>(), managers: [], owners: [] };
    const robots = names.map((name) => withStatus(robot({ name }), accepted));
    return { ...NOTHING, robots, secret: { ...live, data: Object.fromEntries(data) } };
  };
  const renewAfter = config().signing.renewAfter;

  it('are in order until their renewal is late by two minutes', () => {
    expect(signatureFigures(signedAt(0, renewAfter + 2 * MINUTE), NOW.getTime())).toEqual({
      signed: 2,
      overdue: 0,
      earliestEnd: NOW.getTime() + 60 * MINUTE - renewAfter - 2 * MINUTE,
    });
    expect(signatureFigures(signedAt(0, renewAfter + 2 * MINUTE + 1), NOW.getTime()).overdue).toBe(1);
  });

  it('that are missing or have ended are overdue', () => {
    expect(signatureFigures(signedAt(undefined, 61 * MINUTE), NOW.getTime())).toMatchObject({
      signed: 0,
      overdue: 2,
    });
  });

  it('count for accepted robots with signing only', () => {
    const robots = [
      withStatus(robot({ name: 'a' }), condition('Accepted', 'False', 'InvalidWebhook')),
      withStatus(robot({ name: 'b' }, { suspend: true }), accepted),
      withStatus(unsigned({ name: 'c' }), accepted),
    ];
    const objects = { ...signedAt(61 * MINUTE, 61 * MINUTE), robots };
    expect(signatureFigures(objects, NOW.getTime())).toEqual({
      signed: 0,
      overdue: 0,
      earliestEnd: undefined,
    });
  });
});
