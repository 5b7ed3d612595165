import { afterAll, beforeAll, expect, it } from 'vitest';
import { namespace, subscription } from '../../operator/api/testing/manifests.ts';
import { soon, syncFailed } from '../support/application-states.ts';
import { application, applyApplication, patchApplication } from '../support/applications.ts';
import { ARGOCD, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

const TEAM = 'team-selective';
const PROJECT = 'shared';
let stage: Stage;
let token: string;

beforeAll(async () => {
  stage = await startStage({
    projects: [PROJECT],
    operator: { tenancy: { projects: { [PROJECT]: [TEAM] } } },
  });
  const where = { namespace: TEAM, name: 'gold' };
  const { manifests, credentials } = realRobot(stage.dingtalk, where);
  token = credentials.token;
  const selector = {
    matchLabels: { tier: 'gold' },
    matchExpressions: [
      { key: 'example.com/env', operator: 'In' as const, values: ['prod', ''] },
      { key: 'muted', operator: 'DoesNotExist' as const },
    ],
  };
  await stage.apply(namespace(TEAM), ...manifests, subscription(where, { applications: { selector } }));
  await stage.conditions('nsub', TEAM, 'gold', { Ready: 'True/Ready' });
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

it('is heard of labelled applications, and costs nothing on others', async () => {
  const APPS: readonly (readonly [string, Record<string, string>])[] = [
    ['unlabelled', {}],
    ['other-env', { tier: 'gold', 'example.com/env': 'dev' }],
    ['no-env', { tier: 'gold' }],
    ['muted', { tier: 'gold', 'example.com/env': 'prod', muted: '' }],
    ['empty-env', { tier: 'gold', 'example.com/env': '' }],
    // Last: the controller works through its queue in order.
    ['chosen', { tier: 'gold', 'example.com/env': 'prod' }],
  ];
  for (const [name, labels] of APPS) {
    await applyApplication(stage.cp, application({ name, namespace: ARGOCD, project: PROJECT, labels }));
    await patchApplication(stage.cp, ARGOCD, name, syncFailed(soon()));
  }
  for (const name of ['empty-env', 'chosen'])
    await stage.dingtalk.waitForDelivery(({ rawBody }) => rawBody.includes(`${name} sync failed`));
  const about = stage.dingtalk.requests.filter((each) => each.token === token);
  expect(about.map(({ errcode }) => errcode)).toEqual([0, 0]);
  const evaluated = [
    ...stage
      .argocd()
      .output()
      .matchAll(/Trigger 'dt_team-selective_gold_on-sync-failed' .*resource=argocd\/([\w-]+)/g),
  ].map((match) => match[1]);
  expect(new Set(evaluated)).toEqual(new Set(['empty-env', 'chosen']));
});
