import { afterAll, beforeAll, expect, it } from 'vitest';
import { namespace, subscription } from '../../operator/api/testing/manifests.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

const STUCK = { namespace: 'stuck', name: 'robot' };
const GOOD = { namespace: 'good', name: 'robot' };

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ argocd: false, operator: false });
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

/** Has the API server refuse every status in one namespace. */
const POLICY = [
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'stuck' },
    spec: {
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ['argocd-dingtalk.io'],
            apiVersions: ['*'],
            operations: ['UPDATE'],
            resources: ['*/status'],
          },
        ],
      },
      validations: [{ expression: 'false', message: 'no status is taken here' }],
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'stuck' },
    spec: {
      policyName: 'stuck',
      validationActions: ['Deny'],
      matchResources: {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': STUCK.namespace } },
      },
    },
  },
];

const dataOf = async (kind: string, name: string) =>
  (await stage.get<KubernetesResource>(kind, ARGOCD, name)).data ?? {};
const secret = () => dataOf('secret', 'argocd-notifications-secret');
const triggers = async () =>
  Object.keys(await dataOf('configmap', 'argocd-notifications-cm')).filter((key) =>
    key.startsWith('trigger.'),
  );

it('a status that cannot be written delays no renewal, no removal and nobody else', async () => {
  await stage.apply(
    namespace(STUCK.namespace),
    namespace(GOOD.namespace),
    ...realRobot(stage.dingtalk, STUCK).manifests,
    ...POLICY,
  );
  const patch = [
    'patch',
    'robots',
    STUCK.name,
    '-n',
    STUCK.namespace,
    '--subresource=status',
    '--type=merge',
  ];
  await eventually('the policy to be in force', async () => {
    const { stderr } = await stage.cp.tryKubectl([...patch, '-p', '{"status":{"service":"x"}}']);
    return stderr.includes('no status is taken here');
  });
  await stage.restartOperator({ signing: { renewAfter: '2s' } });

  await stage.apply(
    subscription(STUCK, { robots: [{ name: STUCK.name }] }),
    ...realRobot(stage.dingtalk, GOOD).manifests,
    subscription(GOOD, { robots: [{ name: GOOD.name }] }),
  );
  await stage.conditions('nsub', GOOD.namespace, GOOD.name, { Ready: 'True/Ready' });
  await eventually('what has no status to be live', async () =>
    (await triggers()).some((key) => key.startsWith('trigger.dt_stuck_')),
  );
  for (let renewal = 0; renewal < 3; renewal++) {
    const before = await secret();
    await eventually('both to be renewed', async () => {
      const now = await secret();
      return now.dt_stuck_robot !== before.dt_stuck_robot && now.dt_good_robot !== before.dt_good_robot;
    });
  }
  await stage.remove('nsub', STUCK.namespace, STUCK.name);
  await eventually('its keys to be gone', async () =>
    (await triggers()).every((key) => !key.startsWith('trigger.dt_stuck_')),
  );
  expect(stage.operatorOutput()).not.toContain('run failed');
  const lines = stage.operatorOutput().split('\n');
  expect(
    lines.some((line) => line.includes('cannot write a status') && line.includes('"namespace":"stuck"')),
  ).toBe(true);
});

it('it comes by itself once it can be written', { timeout: 90_000 }, async () => {
  await stage.cp.kubectl(['delete', 'validatingadmissionpolicybinding,validatingadmissionpolicy', 'stuck']);
  await eventually(
    'the status to be there',
    async () => {
      const { status } = await stage.get('robots', STUCK.namespace, STUCK.name);
      return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True');
    },
    // After so many refusals the pauses are up to half a minute long.
    { timeoutMs: 60_000 },
  );
});
