import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Credentials,
  credentialsSecret,
  namespace,
  newCredentials,
  robot,
  subscription,
} from '../../operator/api/testing/manifests.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { ARGOCD, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({
    argocd: false,
    operator: { signing: { renewAfter: '1s' }, credentials: { rereadInterval: '1s' } },
  });
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

/** Secrets that each take another way through the operator, most of them one that ends in an error. */
const PATHS: readonly [string, (secret: Credentials) => Record<string, string>, string][] = [
  ['good', ({ token, secret }) => ({ webhook: token, secret }), 'True/Ready'],
  ['inner-space', ({ token, secret }) => ({ webhook: `${token} x`, secret }), 'False/InvalidWebhook'],
  [
    'foreign',
    ({ token, secret }) => ({ webhook: `https://x.example/robot/send?access_token=${token}`, secret }),
    'False/HostNotAllowed',
  ],
  [
    'plain-http',
    ({ token, secret }) => ({ webhook: `http://127.0.0.1/robot/send?access_token=${token}`, secret }),
    'False/InvalidWebhook',
  ],
  [
    'user-info',
    ({ token, secret }) => ({ webhook: `https://${token}:${secret}@127.0.0.1/robot/send`, secret }),
    'False/InvalidWebhook',
  ],
  [
    'other-query',
    ({ token, secret }) => ({ webhook: `https://127.0.0.1/robot/send?token=${token}`, secret }),
    'False/',
  ],
  [
    'swapped',
    ({ token, secret }) => ({ webhook: secret, secret: `${token} ${secret}` }),
    'False/InvalidSigningSecret',
  ],
  ['control', ({ token, secret }) => ({ webhook: `${token}\u0001`, secret }), 'False/InvalidWebhook'],
  ['wrong-key', ({ token, secret }) => ({ token, key: secret }), 'False/CredentialsKeyNotFound'],
];

describe('no credential', () => {
  it('is in any log line, event, status or ConfigMap', async () => {
    await stage.apply(namespace('team'));
    const marked: string[] = [];
    for (const [name, stringData, ready] of PATHS) {
      const where = { namespace: 'team', name };
      const credentials = newCredentials();
      marked.push(credentials.token, credentials.secret);
      await stage.apply(credentialsSecret(where, stringData(credentials)), robot(where), subscription(where));
      await eventually(`${name} to be ${ready}`, async () => {
        const { status } = await stage.get('robots', 'team', name);
        const condition = status?.conditions?.find(({ type }) => type === 'Ready');
        return condition && `${condition.status}/${condition.reason}`.startsWith(ready);
      });
    }

    // Errors of the API server, which could quote what was sent to it.
    const { manifests, credentials } = realRobot(stage.dingtalk, { namespace: 'team', name: 'late' });
    marked.push(credentials.token, credentials.secret);
    await stage.cp.kubectl(['delete', 'rolebinding', 'argocd-dingtalk-operator', '-n', ARGOCD]);
    await stage.apply(...manifests);
    await stage.conditions('robots', 'team', 'late', { Ready: 'False/WriteFailed' });
    await stage.cp.kubectl(['delete', 'clusterrolebinding', 'argocd-dingtalk-operator.argocd']);
    await eventually('reads to be refused', async () => /403 Forbidden/.test(stage.operatorOutput()));
    await stage.stopOperator();

    const { data } = await stage.get('secret', ARGOCD, 'argocd-notifications-secret');
    const signedUrl = new URL(Buffer.from(data?.dt_team_good ?? '', 'base64').toString());
    const sign = signedUrl.searchParams.get('sign') ?? '';
    marked.push(sign, encodeURIComponent(sign));
    expect(marked.every((secret) => secret.length > 20)).toBe(true);

    const everything = await stage.cp.kubectl([
      'get',
      'robots,nsub,ntpl,configmaps,events',
      '-A',
      '-o',
      'yaml',
    ]);
    const events = await stage.cp.kubectl(['get', 'events.events.k8s.io', '-A', '-o', 'yaml']);
    expect(everything).toContain('InvalidWebhook');
    expect(stage.operatorOutput()).toContain('HostNotAllowed');
    for (const output of [everything, events, stage.operatorOutput()]) {
      for (const secret of marked) {
        for (const form of [secret, Buffer.from(secret).toString('base64').replace(/=+$/, '')]) {
          expect(output.includes(form), `a marked secret in ${output.slice(0, 80)}…`).toBe(false);
        }
      }
    }
  });
});
