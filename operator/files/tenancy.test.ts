import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { locateEngine } from '../../engine/locate.ts';
import { namespace, robot, subscription } from '../api/testing/manifests.ts';
import { engineAsker, Gate } from '../cluster/gate.ts';
import { config, NOW } from '../core/testing/fixtures.ts';
import { createEngine } from '../engine/client.ts';
import type { Engine } from '../engine/types.ts';
import { createLogger } from '../lib/logger.ts';
import { type JudgedFiles, judge } from './judge.ts';
import { parseManifests } from './manifests.ts';

let engine: Engine;
let gate: Gate;
beforeAll(() => {
  engine = createEngine({ program: locateEngine() });
  gate = new Gate(engineAsker(engine), new Map(), createLogger('error', process.stderr));
});
afterAll(() => engine.close());

const WHERE = { namespace: 'team', name: 'robot' };
const TRIGGER = 'trigger.dt_team_robot_on-sync-failed';

/** The judgement of a robot, a subscription and these documents, with `tenancy` as in the configuration. */
interface Given {
  readonly tenancy?: object;
  readonly documents?: readonly object[];
  readonly spec?: Parameters<typeof subscription>[1];
}

async function judged({ tenancy = {}, documents = [], spec = {} }: Given): Promise<[string, JudgedFiles]> {
  const all = [robot(WHERE), subscription(WHERE, spec), ...documents];
  const text = all.map((each) => stringify(each)).join('---\n');
  const clocks = { now: NOW, serverTime: NOW };
  return [text, await judge(parseManifests(text, 'team.yaml'), config({ tenancy }), gate, clocks)];
}

/** The findings: kind, reason, and the line that each points to. */
async function lint(given: Given): Promise<string[]> {
  const [text, { findings }] = await judged(given);
  const lines = text.split('\n');
  return findings.map(({ kind, reason, line }) => `${kind} ${reason} at ${lines[line - 1]?.trim()}`);
}

/** The rendered condition; undefined if there is none. */
async function rendered(given: Given): Promise<string | undefined> {
  const [, { decision }] = await judged(given);
  return decision.plan.configMap[TRIGGER];
}

const labelled = (labels: object) => ({ ...namespace('team'), metadata: { name: 'team', labels } });
const project = (grantedTo: string, where = 'argocd') => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AppProject',
  metadata: { name: 'shop', namespace: where, annotations: { 'argocd-dingtalk.io/namespaces': grantedTo } },
});
const LEFT_OUT = ['DingTalkRobot', 'NotificationSubscription'].map(
  (kind) => `${kind} NamespaceNotSelected at namespace: team`,
);

describe('files with a configuration that chooses namespaces', () => {
  const tenancy = { namespaceSelector: { matchLabels: { notify: 'on' } } };

  it('are told what the operator would leave alone in silence', async () => {
    expect(await lint({ tenancy: { deniedNamespaces: ['te*'] } })).toEqual(LEFT_OUT);
    expect(await lint({ tenancy, documents: [labelled({ notify: 'off' })] })).toEqual(LEFT_OUT);
    expect(await rendered({ tenancy: { deniedNamespaces: ['te*'] } })).toBeUndefined();
  });

  it('count where their Namespace has the labels, or is not among them', async () => {
    expect(await lint({ tenancy, documents: [labelled({ notify: 'on' })] })).toEqual([]);
    expect(await lint({ tenancy })).toEqual([]);
  });
});

describe('files with an AppProject', () => {
  const spec = { applications: { projects: ['shop'] } };
  const WARNING = 'NotificationSubscription ProjectNotGranted at - shop';

  it('take its grant into account', async () => {
    expect(await lint({ spec })).toEqual([WARNING]);
    expect(await lint({ documents: [project('other, te??')], spec })).toEqual([]);
    expect(await rendered({ documents: [project('team')], spec })).toContain("project ?? '') in ['shop']");
  });

  it('take none from where Argo CD does not look', async () => {
    expect(await lint({ documents: [project('team', 'team')], spec })).toEqual([WARNING]);
  });

  it('hear of what is malformed, and of nothing that is no text', async () => {
    expect(await lint({ documents: [project('team, Team B')], spec })).toEqual([
      'AppProject InvalidGrant at argocd-dingtalk.io/namespaces: team, Team B',
    ]);
    expect(await lint({ documents: [project(['team'] as unknown as string)], spec })).toEqual([WARNING]);
  });
});

it('a configuration without own conditions refuses them, and names the place', async () => {
  const spec = { events: [{ trigger: 'on-sync-failed' }, { name: 'own', when: "app.spec?.project == 'x'" }] };
  const refused = "NotificationSubscription ExpressionNotTrusted at when: app.spec?.project == 'x'";
  expect(await lint({ tenancy: { allowExpressions: false }, spec })).toContain(refused);
  const trusting = await lint({ tenancy: { allowExpressions: false, trustedNamespaces: ['team'] }, spec });
  expect(trusting).toEqual(['NotificationSubscription ReplayPossible at - trigger: on-sync-failed']);
});

it('an open configuration renders no fence, one with other clusters names them', async () => {
  expect(await rendered({ tenancy: { mode: 'open' } })).toContain('"(true) and ');
  expect(await rendered({ tenancy: { clusters: { staging: ['team'] } } })).toContain(
    "destination?.name ?? '') in ['staging']",
  );
  expect(await rendered({ tenancy: { clusters: { staging: ['other'] } } })).not.toContain('staging');
});
