import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credentialsSecret, robot, subscription, template } from '../../operator/api/testing/manifests.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

const WHERE = { namespace: ARGOCD, name: 'payments' };
const BODY = '{"msgtype":"text","text":{"content":{{ .app.metadata.name | toRawJson }}}}';
const EVENTS = [{ trigger: 'on-sync-failed', template: { name: 'short' } }];

let stage: Stage;
beforeAll(async () => {
  // In Argo CD's own namespace, which is trusted with Go templates.
  stage = await startStage({ argocd: false, operator: { credentials: { rereadInterval: '1s' } } });
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

const target = async () => ({
  configMap: (await stage.get<KubernetesResource>('configmap', ARGOCD, 'argocd-notifications-cm')).data ?? {},
  secret: (await stage.get<KubernetesResource>('secret', ARGOCD, 'argocd-notifications-secret')).data ?? {},
});
const keys = async () => {
  const { configMap, secret } = await target();
  return [...Object.keys(configMap), ...Object.keys(secret)].sort();
};

const ALL = [
  'dt_argocd_payments',
  'service.webhook.dt_argocd_payments',
  'subscriptions',
  'template.dt_argocd_payments_on-sync-failed',
  'trigger.dt_argocd_payments_on-sync-failed',
];

describe('what is deleted', () => {
  const dingtalk = () => realRobot(stage.dingtalk, WHERE);

  it('leaves nothing behind, each kind in its own way', async () => {
    const { manifests, credentials } = dingtalk();
    await stage.apply(
      ...manifests,
      template({ ...WHERE, name: 'short' }, BODY),
      subscription(WHERE, { events: EVENTS }),
    );
    await stage.conditions('nsub', ARGOCD, 'payments', { Ready: 'True/Ready' });
    expect(await keys()).toEqual(ALL);
    const complete = await target();

    // The template: the subscription keeps what is live, and says that it can't be made anew.
    await stage.remove('ntpl', ARGOCD, 'short');
    await stage.conditions('nsub', ARGOCD, 'payments', {
      Ready: 'False/TemplateNotFound',
      Accepted: 'False/TemplateNotFound',
      Merged: 'False/PreviousVersionLive',
    });
    expect(await target()).toEqual(complete);
    await stage.apply(template({ ...WHERE, name: 'short' }, BODY));
    await stage.conditions('nsub', ARGOCD, 'payments', { Ready: 'True/Ready' });

    // The credentials: revoked, so robot and recipient go.
    await stage.remove('secret', ARGOCD, 'payments');
    await stage.conditions('robots', ARGOCD, 'payments', {
      Ready: 'False/CredentialsNotFound',
      Merged: 'False/NotAccepted',
      Signed: 'False/NotSigned',
    });
    await stage.conditions('nsub', ARGOCD, 'payments', {
      Ready: 'False/RobotNotReady',
      Merged: 'False/NotAccepted',
    });
    expect(await keys()).toEqual([]);
    await stage.apply(credentialsSecret(WHERE, { webhook: credentials.token, secret: credentials.secret }));
    await stage.conditions('nsub', ARGOCD, 'payments', { Ready: 'True/Ready' });

    // One key of the credentials.
    await stage.cp.kubectl([
      ...['patch', 'secret', 'payments', '-n', ARGOCD, '--type=json'],
      ...['-p', '[{"op":"remove","path":"/data/secret"}]'],
    ]);
    await stage.conditions('robots', ARGOCD, 'payments', { Ready: 'False/CredentialsKeyNotFound' });
    expect(await keys()).toEqual([]);
    await stage.apply(credentialsSecret(WHERE, { webhook: credentials.token, secret: credentials.secret }));
    await stage.conditions('nsub', ARGOCD, 'payments', { Ready: 'True/Ready' });

    // The robot.
    await stage.remove('robots', ARGOCD, 'payments');
    await stage.conditions('nsub', ARGOCD, 'payments', { Ready: 'False/RobotNotFound' });
    expect(await keys()).toEqual([]);
    await stage.apply(robot(WHERE));
    await stage.conditions('nsub', ARGOCD, 'payments', { Ready: 'True/Ready' });

    // The subscription.
    await stage.remove('nsub', ARGOCD, 'payments');
    await eventually('its keys to be gone', async () => (await keys()).length === 2);
    expect(await keys()).toEqual(ALL.slice(0, 2));
    await stage.conditions('robots', ARGOCD, 'payments', { Ready: 'True/Ready' });
    await stage.remove('robots', ARGOCD, 'payments');
    await eventually('all keys to be gone', async () => (await keys()).length === 0);
  });

  it('while the operator is away goes when it comes back', async () => {
    const { manifests } = dingtalk();
    await stage.apply(...manifests, subscription(WHERE));
    await stage.conditions('nsub', ARGOCD, 'payments', { Ready: 'True/Ready' });
    await stage.stopOperator();
    await stage.remove('nsub', ARGOCD, 'payments');
    await stage.restartOperator();
    await eventually('its keys to be gone', async () => (await keys()).length === 2);
  });

  it('of the target is waited for, named, and filled again', async () => {
    await stage.remove('configmap', ARGOCD, 'argocd-notifications-cm');
    await stage.conditions('robots', ARGOCD, 'payments', { Ready: 'False/TargetNotFound' });
    await stage.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'argocd-notifications-cm', namespace: ARGOCD },
    });
    await stage.conditions('robots', ARGOCD, 'payments', { Ready: 'True/Ready' });
    expect(await keys()).toEqual(ALL.slice(0, 2));
  });
});

describe('a broken edit', () => {
  it('leaves the version before it live, across a restart, and goes live once mended', async () => {
    const { manifests } = dingtalkRobot();
    await stage.apply(...manifests, subscription(WHERE));
    await stage.conditions('nsub', ARGOCD, 'payments', { Ready: 'True/Ready' });
    const before = await target();
    await stage.apply(subscription(WHERE, { events: [{ trigger: 'on-sync-fialed' }] }));
    const shown = { Ready: 'False/UnknownTrigger', Merged: 'False/PreviousVersionLive' };
    const broken = await stage.conditions('nsub', ARGOCD, 'payments', shown);
    expect(broken.status?.liveGeneration).toBe(broken.metadata.generation - 1);
    expect((await target()).configMap).toEqual(before.configMap);
    await stage.restartOperator({ credentials: { rereadInterval: '1s' } });
    expect((await target()).configMap).toEqual(before.configMap);
    await stage.apply(subscription(WHERE));
    const mended = await stage.conditions('nsub', ARGOCD, 'payments', {
      Ready: 'True/Ready',
      Merged: 'True/Merged',
    });
    expect(mended.status?.liveGeneration).toBe(mended.metadata.generation);
  });

  const dingtalkRobot = () => realRobot(stage.dingtalk, WHERE);
});
