import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Condition } from '../../operator/api/kinds.ts';
import {
  credentialsSecret,
  namespace,
  robot,
  subscription,
  template,
} from '../../operator/api/testing/manifests.ts';
import { HOSTILE_CONDITIONS, HOSTILE_TEMPLATES } from '../../operator/core/gate/testing/hostile.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { soon, syncFailed } from '../support/application-states.ts';
import { application, applyApplication, patchApplication } from '../support/applications.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

const GOOD = { namespace: 'team-good', name: 'good' };
const HOSTILE = 'team-hostile';
const DESTINATION = { server: 'https://kubernetes.default.svc', namespace: GOOD.namespace };

let stage: Stage;
let token: string;
beforeAll(async () => {
  stage = await startStage();
  const { manifests, credentials } = realRobot(stage.dingtalk, GOOD);
  token = credentials.token;
  await stage.apply(namespace(GOOD.namespace), namespace(HOSTILE));
  await stage.apply(...manifests, subscription(GOOD));
  await stage.conditions('nsub', GOOD.namespace, GOOD.name, { Ready: 'True/Ready' });
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

const target = async () => ({
  configMap: (await stage.get<KubernetesResource>('configmap', ARGOCD, 'argocd-notifications-cm')).data,
  secret: (await stage.get<KubernetesResource>('secret', ARGOCD, 'argocd-notifications-secret')).data,
});

let failures = 0;
/** That Argo CD's controller is alive, has loaded its configuration, and sends the good team's message. */
async function expectDelivery(): Promise<void> {
  const name = `app-${++failures}`;
  await applyApplication(stage.cp, application({ name, namespace: ARGOCD, destination: DESTINATION }));
  await patchApplication(stage.cp, ARGOCD, name, syncFailed(soon()));
  const delivery = await stage.dingtalk.waitForDelivery(
    (each) => each.token === token && each.rawBody.includes(`${name} `),
  );
  expect(delivery).toMatchObject({ errcode: 0, signature: 'valid' });
}

describe('a hundred hostile custom resources beside a good team', () => {
  const templates = Object.entries(HOSTILE_TEMPLATES);
  const conditions = Object.entries(HOSTILE_CONDITIONS);

  it('change nothing for the good team, each is told its reason, and a malformed condition or template is never written', async () => {
    const before = await target();
    const bot = { namespace: HOSTILE, name: 'bot' };
    const { manifests } = realRobot(stage.dingtalk, bot);
    const inArgocd = { namespace: ARGOCD, name: 'bot' };
    const trusted = realRobot(stage.dingtalk, inArgocd);
    await stage.apply(...manifests, ...trusted.manifests);
    await stage.conditions('robots', HOSTILE, 'bot', { Ready: 'True/Ready' });
    await stage.conditions('robots', ARGOCD, 'bot', { Ready: 'True/Ready' });
    const withRobots = await target();
    expect(templates.length + conditions.length).toBeGreaterThanOrEqual(95);

    const templated = templates.flatMap(([name, raw]) => {
      const events = [{ trigger: 'on-sync-failed', template: { name } }];
      const where = { namespace: ARGOCD, name };
      // The same from a namespace that is not trusted, where no raw template is even looked at.
      const elsewhere = template({ namespace: HOSTILE, name }, raw);
      return [elsewhere, template(where, raw), subscription(where, { robots: [{ name: 'bot' }], events })];
    });
    await stage.apply(...templated);
    const conditional = conditions.map(([name, when]) =>
      subscription(
        { namespace: HOSTILE, name },
        { robots: [{ name: 'bot' }], events: [{ name: 'own', when }] },
      ),
    );
    // The API server refuses one of them.
    const refused = await Promise.allSettled(conditional.map((each) => stage.apply(each)));
    expect(refused.filter(({ status }) => status === 'rejected').length).toBeLessThanOrEqual(1);
    // Some more ways to be a nuisance, by name, by size and by credentials.
    const odd = { namespace: HOSTILE, name: 'odd' };
    await stage.apply(
      credentialsSecret(odd, {
        webhook: 'https://oapi.dingtalk.com@evil.example/robot/send?access_token=$slack',
        secret: '$x',
      }),
      robot(odd),
      subscription(odd, {
        applications: { names: ['*'.repeat(253)] },
        robots: [{ name: 'bot' }, { name: 'odd' }],
      }),
    );

    const verdicts = await allVerdicts();
    for (const [name] of templates) {
      const shown = verdicts.get(`NotificationTemplate ${ARGOCD}/${name}`);
      expect(['EngineRefused', 'InvalidMessage', 'TooExpensive'], name).toContain(shown?.reason);
      expect(shown?.message, name).toContain('spec.message.raw');
      expect(verdicts.get(`NotificationSubscription ${ARGOCD}/${name}`)?.reason).toBe('TemplateRefused');
      expect(verdicts.get(`NotificationTemplate ${HOSTILE}/${name}`)?.reason).toBe('RawTemplateNotTrusted');
    }
    const stored = conditions.filter(([name]) => verdicts.has(`NotificationSubscription ${HOSTILE}/${name}`));
    expect(stored.length).toBeGreaterThanOrEqual(conditions.length - 1);
    for (const [name] of stored) {
      const shown = verdicts.get(`NotificationSubscription ${HOSTILE}/${name}`);
      expect(['EngineRefused', 'ExpressionNotAllowed'], `${name}: ${shown?.message}`).toContain(
        shown?.reason,
      );
      expect(shown?.message, name).toContain('spec.events[0].when');
    }
    const during = await target();
    expect(only('dt_team-good_', during.configMap)).toEqual(only('dt_team-good_', before.configMap));
    expect(only('dt_argocd_', during.configMap)).toEqual(only('dt_argocd_', withRobots.configMap));
    await expectDelivery();

    const all = ['robots', 'ntpl', 'nsub'];
    for (const where of [HOSTILE, ARGOCD])
      await stage.cp.kubectl(['delete', all.join(','), '--all', '--wait=false', '-n', where]);
    await eventually('the target to be as before', async () => {
      expect(await target()).toEqual(before);
      return true;
    });
    await expectDelivery();
  }, 150_000);
});

const only = (text: string, data: Readonly<Record<string, string>> = {}) =>
  Object.entries(data).filter(([key]) => key.includes(text));

/** The Ready condition of every template and subscription, once all of them have been judged. */
async function allVerdicts(): Promise<ReadonlyMap<string, Condition>> {
  return eventually(
    'all templates and subscriptions to be judged',
    async () => {
      const lists = await Promise.all(['ntpl', 'nsub'].map((kind) => stage.cp.list<Judged>(kind)));
      const items = lists.flat();
      const waiting = items.filter(
        ({ status, metadata }) => status?.observedGeneration !== metadata.generation,
      );
      if (waiting.length > 0) throw new Error(`${waiting.length} are not`);
      return new Map(
        items.map(({ kind, metadata, status }) => [
          `${kind} ${metadata.namespace}/${metadata.name}`,
          status?.conditions?.find(({ type }) => type === 'Ready') as Condition,
        ]),
      );
    },
    { timeoutMs: 90_000, intervalMs: 500 },
  );
}

type Judged = KubernetesResource & {
  readonly kind: string;
  readonly metadata: { readonly namespace: string; readonly name: string };
};

describe('a condition of one’s own', () => {
  const where = { namespace: GOOD.namespace, name: 'own' };
  const running = "app.status?.operationState?.phase == 'Failed' // a comment that swallows nothing";

  it('fires inside its fence, and goes on with its previous version when it is broken', async () => {
    const { manifests, credentials } = realRobot(stage.dingtalk, where);
    const events = [{ name: 'slow', when: running, eventTime: 'app.status?.operationState?.finishedAt' }];
    await stage.apply(...manifests, subscription(where, { events }));
    await stage.conditions('nsub', where.namespace, 'own', {
      Ready: 'True/Ready',
      Accepted: 'True/Accepted',
    });
    await stage.apply(subscription(where, { events: [{ name: 'slow', when: 'app.status ==' }] }));
    await stage.conditions('nsub', where.namespace, 'own', {
      Ready: 'False/EngineRefused',
      Merged: 'False/PreviousVersionLive',
    });
    await stage.restartOperator();
    const foreign = { server: 'https://kubernetes.default.svc', namespace: 'elsewhere' };
    await applyApplication(
      stage.cp,
      application({ name: 'foreign', namespace: ARGOCD, destination: foreign }),
    );
    const at = soon();
    await patchApplication(stage.cp, ARGOCD, 'foreign', syncFailed(at));
    await expectDelivery();
    const own = await stage.dingtalk.waitForDelivery((each) => each.token === credentials.token);
    expect(own.body).toMatchObject({ markdown: { title: `🔔 app-${failures} slow` } });
    expect(stage.dingtalk.requests.some(({ rawBody }) => rawBody.includes('foreign'))).toBe(false);
  });
});

describe('a foreign key that is broken', () => {
  it('is named by an event on the ConfigMap, holds up none of our writes, and no CR is blamed for it', async () => {
    const patch = (value: string | null) =>
      stage.cp.merge('configmap', ARGOCD, 'argocd-notifications-cm', { data: { 'trigger.by-hand': value } });
    await patch('- when: app.status ==\n  send: [x]\n');
    const event = await eventually('an event that names the key', async () => {
      const items = await stage.cp.list<{ reason: string; note: string; regarding: { kind: string } }>(
        'events.events.k8s.io',
        ARGOCD,
      );
      return items.find(({ reason }) => reason === 'ForeignKeyBroken');
    });
    expect(event).toMatchObject({
      regarding: { kind: 'ConfigMap' },
      note: expect.stringContaining('trigger.by-hand'),
    });
    const late = { namespace: GOOD.namespace, name: 'late' };
    await stage.apply(...realRobot(stage.dingtalk, late).manifests, subscription(late));
    await stage.conditions('nsub', GOOD.namespace, 'late', { Ready: 'True/Ready' });
    await patch(null);
    await expectDelivery();
  });
});

describe('an operator without its engine', () => {
  it('merges nothing new and says so, but goes on renewing what is live', async () => {
    const url = async () =>
      (await stage.get<KubernetesResource>('secret', ARGOCD, 'argocd-notifications-secret')).data?.[
        'dt_team-good_good'
      ];
    const before = await url();
    await stage.restartOperator(
      { signing: { renewAfter: '1s' } },
      { ARGOCD_DINGTALK_ENGINE: '/nowhere/engine.wasm.gz' },
    );
    const lost = { namespace: GOOD.namespace, name: 'lost' };
    await stage.apply(...realRobot(stage.dingtalk, lost).manifests, subscription(lost));
    // A replica without its engine leaves the Lease to others for a while.
    const gate = { Ready: 'False/GateUnavailable' };
    await stage.conditions('robots', GOOD.namespace, 'lost', gate, 40_000);
    await eventually('a renewal', async () => (await url()) !== before);
    await stage.conditions('robots', GOOD.namespace, 'good', { Ready: 'True/Ready', Signed: 'True/Signed' });
    await stage.restartOperator();
    await stage.conditions('nsub', GOOD.namespace, 'lost', { Ready: 'True/Ready' });
  });
});
