import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { namespace, newCredentials } from '../../operator/api/testing/manifests.ts';
import { operatorConfiguration } from '../../operator/dingtalk/testing/fake-configuration.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import {
  type ApplicationPatch,
  degraded,
  healthy,
  patchApplication,
  progressing,
  syncFailed,
  syncStatusUnknown,
  syncSucceeded,
} from '../support/applications.ts';
import { cliCommand } from '../support/programs.ts';
import { type RunResult, run } from '../support/run.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';

/**
 * Configurations of the kinds that people have. The same story of each Application is told before and after the switch: the real
 * controller sends the same messages, each once.
 */

const INPUTS = new URL('moving-in/', import.meta.url);
const NAMES = readdirSync(INPUTS).map((name) => name.replace('.yaml', ''));

const OURS = 'notificationsubscriptions,notificationtemplates,dingtalkrobots';

interface Manifest extends KubernetesResource {
  readonly kind: string;
  readonly metadata: KubernetesResource['metadata'] & {
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

let stage: Stage;
let wall: Server;
let folder: string;
let config: string;
beforeAll(async () => {
  stage = await startStage({ operator: false });
  wall = createServer((request, response) => {
    request.resume();
    response.end();
  });
  await new Promise<void>((resolve) => void wall.listen(0, '127.0.0.1', resolve));
  folder = await mkdtemp(join(tmpdir(), 'moving-in-'));
  config = join(folder, 'config.json');
  await writeFile(config, JSON.stringify(operatorConfiguration(stage.dingtalk, {})));
});
afterAll(async () => {
  wall?.close();
  await stage?.[Symbol.asyncDispose]();
  if (folder) await rm(folder, { recursive: true });
});

/**
 * Argo CD evaluates all triggers of an Application together, and notes what it has sent afterwards. A subscription of somebody else to
 * each state leaves a note by which the test knows that an evaluation has ended.
 */
function control(): Readonly<Record<string, string>> {
  const { port } = wall.address() as AddressInfo;
  return {
    'service.webhook.wall': `url: http://127.0.0.1:${port}/\n`,
    'template.wall': 'webhook: { wall: { method: POST, body: "{{.app.metadata.name}}" } }\n',
    'trigger.wall':
      '- when: app.status?.reconciledAt != nil\n  oncePer: app.status.reconciledAt\n  send: [wall]\n',
  };
}
const CONTROL_ENTRY = '- recipients: [wall]\n  triggers: [wall]\n';

const input = (name: string, url: string): Manifest[] =>
  parseAllDocuments(readFileSync(new URL(`${name}.yaml`, INPUTS), 'utf8').replaceAll('WEBHOOK_URL', url)).map(
    (document) => document.toJS() as Manifest,
  );

async function adopt(...args: string[]): Promise<RunResult> {
  const command = cliCommand('adopt', ...args, '--config', config, '--kubeconfig', stage.cp.adminKubeconfig);
  return run(process.execPath, command, { timeoutMs: 120_000 });
}

/** The states of the story, in order. No condition holds a second time without a new event. */
const story = (moment: () => Date, revision: string): ApplicationPatch[] => {
  const both = (one: ApplicationPatch, other: ApplicationPatch): ApplicationPatch => ({
    status: { ...one.status, ...other.status },
  });
  const at = [0, 1, 2, 3, 4].map(moment);
  const [failed, succeeded, deployed, broken, unknown] = at as [Date, Date, Date, Date, Date];
  return [
    both(syncFailed(failed, { revision }), progressing(failed)),
    both(syncSucceeded(succeeded, { revision }), progressing(succeeded)),
    healthy(deployed),
    degraded(broken),
    syncStatusUnknown(unknown, { revision }),
  ];
};

/** Whole seconds that nothing else has: later than all that was given out before, and not before now, as Applications are new. */
function moments(): () => Date {
  let last = 0;
  return () => {
    last = Math.max(last + 1, Math.ceil(Date.now() / 1000));
    return new Date(last * 1000);
  };
}
const nextMoment = moments();

async function tell(applications: readonly Manifest[], revision: string): Promise<void> {
  for (const state of story(nextMoment, revision)) {
    await Promise.all(
      applications.map(async ({ metadata: { name } }) => {
        await patchApplication(stage.cp, ARGOCD, name, state);
        await eventually(`Argo CD to have evaluated ${name}`, async () => {
          const { metadata } = await stage.get<Manifest>('applications.argoproj.io', ARGOCD, name);
          const notes = metadata.annotations?.['notified.notifications.argoproj.io'] ?? '';
          return notes.includes(`"${state.status.reconciledAt}:wall:`);
        });
      }),
    );
  }
}

/** What the robot got, without moments and revisions, in the order of the texts: messages of one evaluation have no order. */
const heard = (token: string, from: number): string[] =>
  stage.dingtalk.requests
    .slice(from)
    .filter((request) => request.token === token)
    .map(({ errcode, rawBody }) =>
      `${errcode} ${rawBody}`
        .replace(/\d{4}-\d\d-\d\dT[\d:]{8}Z/g, 'TIME')
        .replace(/\d\d:\d\d/g, 'TIME')
        .replace(/[ab]{7,}/g, 'REVISION'),
    )
    .sort();

/** Each input, and the one with annotations once more for each way to divide it by teams. */
const CASES: readonly (readonly [name: string, splitBy: 'nothing' | 'project' | 'namespace'])[] = [
  ...NAMES.map((name) => [name, 'nothing'] as const),
  ['annotated', 'project'],
  ['annotated', 'namespace'],
];

/** The words of a command that adopt prints for a shell. */
const wordsOf = (command: string): string[] =>
  [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

describe.each(CASES)('%s, split by %s', (name, splitBy) => {
  let manifests: Manifest[];
  let applications: Manifest[];
  let token: string;
  let before: string[];
  let heardBefore: number;
  const output = () => join(folder, `${name}-${splitBy}`);
  const split = splitBy === 'nothing' ? [] : ['--split-by', splitBy];

  beforeAll(async () => {
    token = stage.dingtalk.addRobot({ token: newCredentials().token }).token;
    manifests = input(name, `${stage.dingtalk.url}/robot/send?access_token=${token}`);
    applications = manifests.filter(({ kind }) => kind === 'Application');
    const [configMap] = manifests.filter(({ kind }) => kind === 'ConfigMap');
    const live = await stage.get<KubernetesResource>('configmap', ARGOCD, 'argocd-notifications-cm');
    const gone = Object.fromEntries(Object.keys(live.data ?? {}).map((key) => [key, null]));
    const subscriptions = `${configMap?.data?.subscriptions ?? ''}${CONTROL_ENTRY}`;
    await stage.cp.merge('configmap', ARGOCD, 'argocd-notifications-cm', {
      data: { ...gone, ...configMap?.data, ...control(), subscriptions },
    });
    await stage.apply(...manifests.filter(({ kind }) => kind !== 'ConfigMap'));
  });
  afterAll(async () => {
    await stage.cp.kubectl(['delete', OURS, '--all', '--all-namespaces']);
    for (const { kind, metadata } of manifests)
      if (kind !== 'ConfigMap')
        await stage.remove(`${kind.toLowerCase()}s.argoproj.io`, ARGOCD, metadata.name);
  });

  it('tells its story before the switch', async () => {
    const from = stage.dingtalk.requests.length;
    await tell(applications, 'a'.repeat(40));
    before = heard(token, from);
    expect(before.length).toBeGreaterThan(0);
    heardBefore = stage.dingtalk.requests.length;
  });

  it('moves in', async () => {
    const { stdout, stderr } = await adopt('--output-dir', output(), '-o', 'json', ...split);
    expect(stderr).not.toContain(token);
    const { grants } = JSON.parse(stdout) as { readonly grants: readonly string[] };
    if (splitBy !== 'nothing') {
      const teams = readdirSync(output());
      expect(teams.length).toBeGreaterThan(1);
      await stage.apply(...teams.map((team) => namespace(team)));
    }
    await stage.cp.kubectl(['apply', '-R', '-f', output()]);
    for (const grant of grants) await stage.cp.kubectl(wordsOf(grant).slice(1));
    const { code, stderr: said } = await adopt(
      '--take-over',
      '--wait',
      '90',
      '--accept-differences',
      ...split,
    );
    expect(code, said).toBe(0);
  });

  it('tells the same afterwards, each message once', async () => {
    const from = stage.dingtalk.requests.length;
    expect(heard(token, heardBefore), 'at the switch').toEqual([]);
    await tell(applications, 'b'.repeat(40));
    const live = await stage.get<KubernetesResource>('configmap', ARGOCD, 'argocd-notifications-cm');
    expect(heard(token, from), stringify(live.data)).toEqual(before);
    const robots = Object.keys(live.data ?? {}).filter((key) => key.startsWith('service.webhook.dt_'));
    expect(robots).not.toEqual([]);
  });
});
