import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newCredentials } from '../../operator/api/testing/manifests.ts';
import { operatorConfiguration } from '../../operator/dingtalk/testing/fake-configuration.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { cliCommand } from '../support/programs.ts';
import { type RunResult, run } from '../support/run.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { type Helm, openHelm } from './helm.ts';

/** A release of a chart that writes argocd-notifications-cm from its values, as the chart argo-cd does. */
const CHART = {
  'Chart.yaml': 'apiVersion: v2\nname: argo-cd\nversion: 1.0.0\n',
  'templates/notifications.yaml': `apiVersion: v1
kind: ConfigMap
metadata:
  name: argocd-notifications-cm
  namespace: {{ .Release.Namespace }}
  labels:
    app.kubernetes.io/instance: {{ .Release.Name }}
    app.kubernetes.io/managed-by: {{ .Release.Service }}
    app.kubernetes.io/part-of: argocd
data:
  context: |
    argocdUrl: {{ .Values.url }}
  {{- with .Values.notifications.notifiers }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- with .Values.notifications.templates }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- with .Values.notifications.triggers }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- with .Values.notifications.subscriptions }}
  subscriptions: |
    {{- toYaml . | nindent 4 }}
  {{- end }}
`,
};
const CONFIG_MAP = 'argocd-notifications-cm';
const AFTERWARDS = { url: 'https://argocd.example.com', notifications: {} };

/** The values before moving in. */
const before = (webhook: string): object => ({
  ...AFTERWARDS,
  notifications: {
    notifiers: {
      'service.webhook.ding': `url: ${webhook}\nheaders: [{name: Content-Type, value: application/json}]\n`,
    },
    templates: {
      'template.failed':
        'webhook:\n  ding:\n    method: POST\n    body: |\n      {"msgtype":"text","text":{"content":"{{.app.metadata.name}} failed"}}\n',
    },
    triggers: {
      'trigger.on-sync-failed':
        "- when: app.status.operationState != nil and app.status.operationState.phase in ['Error', 'Failed']\n  send: [failed]\n",
    },
    subscriptions: [{ recipients: ['ding'], triggers: ['on-sync-failed'] }],
  },
});

/** Entries that come back are about events from then on. */
const withoutMoments = (data: Readonly<Record<string, string>>): object =>
  JSON.parse(JSON.stringify(data).replace(/'\d{4}-\d\d-\d\dT[\d:]{8}Z'/g, "'MOMENT'"));

describe.each([3, 4] as const)('moving in beside a release of Helm %i', (major) => {
  let stage: Stage;
  let helm: Helm;
  let chart: string;
  let config: string;
  let values: object;
  beforeAll(async () => {
    stage = await startStage({ operator: false, argocd: false });
    helm = await openHelm(major, stage.cp.adminKubeconfig);
    chart = join(helm.dir, 'argo-cd');
    await mkdir(join(chart, 'templates'), { recursive: true });
    for (const [name, text] of Object.entries(CHART)) await writeFile(join(chart, name), text);
    config = join(helm.dir, 'config.json');
    await writeFile(config, JSON.stringify(operatorConfiguration(stage.dingtalk, {})));
    const { token } = stage.dingtalk.addRobot({ token: newCredentials().token });
    values = before(`${stage.dingtalk.url}/robot/send?access_token=${token}`);
    await stage.remove('configmap', ARGOCD, CONFIG_MAP);
    await helm.helm('install', 'argo-cd', chart, '-n', ARGOCD, ...(await helm.values(values)));
  });
  afterAll(async () => {
    await helm?.[Symbol.asyncDispose]();
    await stage?.[Symbol.asyncDispose]();
  });

  const adopt = (...args: string[]): Promise<RunResult> =>
    run(
      process.execPath,
      cliCommand('adopt', ...args, '--config', config, '--kubeconfig', stage.cp.adminKubeconfig),
      { timeoutMs: 120_000 },
    );
  const upgrade = async (to: object, ...args: string[]): Promise<RunResult> =>
    helm.tryHelm('upgrade', 'argo-cd', chart, '-n', ARGOCD, ...(await helm.values(to)), ...args);
  const upgraded = async (...given: Parameters<typeof upgrade>): Promise<void> => {
    const { code, stderr } = await upgrade(...given);
    expect(code, stderr).toBe(0);
  };
  const data = async () =>
    (await stage.get<KubernetesResource>('configmap', ARGOCD, CONFIG_MAP)).data as Record<string, string>;
  const ours = async () => Object.keys(await data()).filter((key) => key.includes('.dt_'));

  it('names the release and the order of the steps, and refuses to switch until that is prepared', async () => {
    const dir = join(helm.dir, 'moved-in');
    const { stderr } = await adopt('--output-dir', dir);
    expect(stderr).toMatch(/Helm release argo-cd in namespace argocd .*no helm upgrade until the switch/);
    await stage.cp.kubectl(['apply', '-f', dir]);
    const refused = await adopt('--take-over');
    expect(refused.stderr).toMatch(/Nothing is switched: Helm release argo-cd[\s\S]*--owner-will-follow/);
    expect(refused.code).toBe(1);
    expect(await ours()).toEqual([]);
    const { code, stderr: said } = await adopt('--take-over', '--owner-will-follow');
    expect(code, said).toBe(0);
  });

  it('the next upgrade changes nothing where the advice was followed', async () => {
    await stage.restartOperator();
    await stage.conditions('robots', ARGOCD, 'ding', { Ready: 'True/Ready', Accepted: 'True/Accepted' });
    const live = await data();
    await upgraded(AFTERWARDS);
    // The values had subscriptions, so Helm 3 removes the key once, and the operator puts its entries back.
    await eventually('the same to be live', async () => {
      expect(withoutMoments(await data())).toEqual(withoutMoments(live));
      return true;
    });
    await stage.conditions('nsub', ARGOCD, 'ding', { Ready: 'True/Ready' });
    await upgraded({ ...AFTERWARDS, url: 'https://cd.example.com' });
    expect((await data()).subscriptions).toBe(live.subscriptions);
    await stage.conditions('robots', ARGOCD, 'ding', { Accepted: 'True/Accepted' });
  });

  it('the operator says so where an upgrade brings the old keys back', async () => {
    // Helm 4 applies server-side, so the operator's entries are in its way at first.
    const isForced = major === 4;
    if (isForced)
      expect((await upgrade(values)).stderr).toContain('conflict with "argocd-dingtalk-subscriptions"');
    await upgraded(values, ...(isForced ? ['--force-conflicts'] : []));
    const robot = await stage.conditions(
      'robots',
      ARGOCD,
      'ding',
      { Accepted: 'True/FormerServiceExists' },
      60_000,
    );
    const accepted = robot.status?.conditions?.find(({ type }) => type === 'Accepted');
    expect(accepted?.message).toMatch(/has the key service\.webhook\.ding.*Field manager helm wrote it/i);
    await upgraded(AFTERWARDS);
    await stage.conditions('robots', ARGOCD, 'ding', { Accepted: 'True/Accepted' });
  });
});
