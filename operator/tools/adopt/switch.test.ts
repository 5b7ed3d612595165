import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { triggerKey } from '../../argocd/names.ts';
import { readTarget } from '../../cluster/target-reader.ts';
import { storedTarget, targetPaths } from '../../controller/testing/stored-target.ts';
import { decide } from '../../core/decide.ts';
import { Inquiry } from '../../core/model/inquiry.ts';
import { ACCEPTING, config, liveObject, NAMESPACE, snapshot, team } from '../../core/testing/fixtures.ts';
import { ConflictError } from '../../kubernetes/api-error.ts';
import { type Connection, connect } from '../../kubernetes/connection.ts';
import type { DataObject } from '../../kubernetes/objects.ts';
import { FakeApiServer } from '../../kubernetes/testing/fake-api-server.ts';
import { changed, type FakeObjects, fakeObjects } from '../../kubernetes/testing/fake-objects.ts';
import { type TestKubeconfig, testKubeconfig } from '../../kubernetes/testing/kubeconfig.ts';
import { adoptionOf } from './adoption.ts';
import type { TimedApplication } from './event-times.ts';
import { type SwitchAttempt, trySwitch } from './switch.ts';
import { NO_TEAMS } from './teams.ts';

const { target } = config();
const { configMap: CONFIG_MAP } = targetPaths(target);
const TRIGGER = triggerKey(`dt_${NAMESPACE}_payments_on-sync-failed`);
const OLD = {
  'service.slack': 'token: $slack',
  'service.webhook.ding': 'url: https://oapi.dingtalk.com/robot/send?access_token=a',
  'template.failed': '{"webhook":{"ding":{"method":"POST","body":"{}"}}}',
  'trigger.failed': `[{"when":"app.status.operationState.phase in ['Error', 'Failed']","send":["failed"]}]`,
  subscriptions: '# theirs\n- recipients: [ding, slack:x]\n  triggers: [failed]\n',
};
const NOW = new Date('2026-11-23T08:00:10Z');
const EARLIER = '2026-11-23T08:00:05Z';
const JUST_NOW = '2026-11-23T08:00:09Z';

const failed = (finishedAt: string, notes: object = {}): TimedApplication => ({
  metadata: {
    name: 'shop',
    namespace: 'argocd',
    annotations: { 'notified.notifications.argoproj.io': JSON.stringify(notes) },
  },
  status: { operationState: { phase: 'Failed', finishedAt } },
});

let fake: FakeObjects;
let server: FakeApiServer;
let kubeconfig: TestKubeconfig;
let connection: Connection;
beforeEach(async () => {
  fake = fakeObjects(
    storedTarget({ configMap: liveObject(OLD), secret: liveObject({ slack: 'x' }) }, target),
  );
  server = await FakeApiServer.start((request, response) => fake.handler(request, response));
  kubeconfig = await testKubeconfig({ server: server.url, 'insecure-skip-tls-verify': true });
  connection = connect({ kubeconfig: kubeconfig.path });
});
afterEach(async () => {
  await connection.close();
  await server.close();
  await kubeconfig.remove();
});

const live = () => fake.objects.get(CONFIG_MAP)?.data ?? {};
const whenOf = (): string => JSON.parse(live()[TRIGGER] ?? '[{}]')[0].when;
const writes = () => server.requests.filter(({ method }) => method !== 'GET').length;

/** @param seen what the Applications are, each time that they are listed; the last one stays */
async function attempt(
  seen: readonly (readonly TimedApplication[])[],
  pending: readonly string[] = [],
): Promise<SwitchAttempt> {
  const before = await readTarget(connection.request, target);
  if (!before.configMap) throw new Error('there is no ConfigMap');
  const input = {
    configMap: before.configMap,
    secret: {},
    objects: { applications: [], projects: [], applicationSets: [] },
    home: 'argocd',
    teams: NO_TEAMS,
    namespace: 'argocd',
    existing: [],
    rules: config().dingtalk,
  };
  const lists = [...seen];
  return trySwitch(
    {
      adoption: adoptionOf(input, new Inquiry(ACCEPTING)),
      target: before,
      decide: async (cut, since) => decide(snapshot({ ...team(), target: cut, serverTime: since })),
    },
    {
      request: connection.request,
      target,
      listApplications: async () => (lists.length > 1 ? lists.shift() : lists[0]) ?? [],
      pendingIn: async () => pending,
      now: () => NOW,
      pause: async () => undefined,
    },
  );
}

describe('the switch', () => {
  it('is one write, before which nobody uses what is new, and after which nothing is left of what was', async () => {
    const seen: string[] = [];
    fake.beforeWrite = () => void seen.push(live().subscriptions ?? '');
    expect(await attempt([[failed(EARLIER)]])).toEqual({
      state: 'done',
      since: EARLIER,
      anomalies: { twice: [], missed: [] },
    });
    // The Secret, the operator's keys, and the switch.
    expect(seen).toEqual([OLD.subscriptions, OLD.subscriptions, OLD.subscriptions]);
    const theirs = Object.keys(live()).filter((key) => !key.includes('dt_'));
    expect(theirs.sort()).toEqual(['service.slack', 'subscriptions', 'template.failed', 'trigger.failed']);
    expect(live().subscriptions).toMatch(
      /^# theirs\n- recipients: \[slack:x\]\n {2}triggers: \[failed\]\n# BEGIN argocd-dingtalk/,
    );
    expect(live()['service.slack']).toBe(OLD['service.slack']);
    expect(whenOf()).toContain(`'${EARLIER}'`);
  });

  it.each<[string, readonly TimedApplication[], readonly string[], string]>([
    ['something has just happened', [failed(JUST_NOW)], [], 'within the last two seconds'],
    [
      'a notification is not sent yet',
      [failed(EARLIER)],
      ['argocd/shop: failed to ding'],
      'has not sent this notification yet: argocd/shop',
    ],
  ])('waits, and writes nothing, where %s', async (_, applications, pending, reason) => {
    expect(await attempt([applications], pending)).toEqual({
      state: 'waiting',
      reason: expect.stringContaining(reason),
      hasWritten: false,
    });
    expect(writes()).toBe(0);
  });

  it('waits where something happens on the way, and begins anew with a later moment', async () => {
    const outcome = await attempt([[failed(EARLIER)], [failed('2026-11-23T08:00:06Z')]]);
    expect(outcome).toMatchObject({ state: 'waiting', hasWritten: true });
    expect(live()).toMatchObject(OLD);
    expect(whenOf()).toContain(`'${EARLIER}'`);
    expect(await attempt([[failed('2026-11-23T08:00:06Z')]])).toMatchObject({ state: 'done' });
    expect(whenOf()).toContain("'2026-11-23T08:00:06Z'");
  });

  it('is refused if somebody else has written meanwhile', async () => {
    let count = 0;
    fake.beforeWrite = (path) => {
      if (++count < 3) return;
      const object = fake.objects.get(path) as DataObject;
      fake.objects.set(path, changed(object, { ...object.data, 'service.slack': 'edited' }));
    };
    await expect(attempt([[failed(EARLIER)]])).rejects.toThrow(ConflictError);
    expect(live()).toMatchObject({ ...OLD, 'service.slack': 'edited' });
    fake.beforeWrite = () => undefined;
    expect(await attempt([[failed(EARLIER)]])).toMatchObject({ state: 'done' });
    expect(live()['service.slack']).toBe('edited');
  });

  it('names events that were sent twice in its moment', async () => {
    const note = { 'failed:[0].hash:ding:': Date.parse(JUST_NOW) / 1_000 };
    const seen = [[failed(EARLIER)], [failed(EARLIER)], [failed(JUST_NOW, note)]];
    expect(await attempt(seen)).toMatchObject({
      state: 'done',
      anomalies: { twice: ['argocd/shop'], missed: [] },
    });
  });
});
