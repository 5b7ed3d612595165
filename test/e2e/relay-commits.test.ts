import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { namespace, subscription, typedTemplate } from '../../operator/api/testing/manifests.ts';
import { COMMIT_FIELD } from '../../operator/argocd/commit-field.ts';
import type { Delivery } from '../../operator/dingtalk/testing/fake-dingtalk.ts';
import { createAuthority } from '../../operator/lib/testing/certificates.ts';
import { FakeArgoCD, type FakeMetadata } from '../../operator/relay/commits/testing/fake-argocd-api.ts';
import {
  application,
  applyApplication,
  patchApplication,
  soon,
  syncFailed,
} from '../support/applications.ts';
import { untilGraceIsOver } from '../support/grace.ts';
import type { RunningProcess } from '../support/processes.ts';
import { type RelayPlace, startOperatorForRelay, startRelay } from '../support/relay.ts';
import { samplesIn } from '../support/scrape.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

/** Messages that show a commit: Argo CD's real controller → relay, which asks an API server of Argo CD → DingTalk. */

const TEAM = 'team';
const PROJECT = 'shop';
const APP = 'shop-app';
const TOKEN = 'tok-feedfacefeedfacefeedface';
const [FIRST, SECOND, THIRD] = ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)];
const FOUND: FakeMetadata = {
  author: 'Magician <magician@example.com>',
  date: '2026-11-23T07:59:00Z',
  message: 'Limit the memory\n\nFor @all: [skip ci] "quoted"',
};

let folder: string;
let argocd: FakeArgoCD;
let stage: Stage;
let place: RelayPlace;
let relay: RunningProcess;
const tokens = new Map<string, string>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'commits-'));
  const authority = createAuthority('Argo CD');
  const api = { tokenFile: join(folder, 'token'), caFile: join(folder, 'ca.crt') };
  await writeFile(api.tokenFile, `${TOKEN}\n`);
  await writeFile(api.caFile, authority.cert);
  argocd = await FakeArgoCD.start({ token: TOKEN, authority });
  argocd.applications.push({
    ...{ name: APP, namespace: ARGOCD, project: PROJECT },
    sources: [{ [FIRST]: FOUND }],
  });
  stage = await startStage({ projects: [PROJECT], operator: false });
  const fields = {
    tenancy: { projects: { [PROJECT]: [TEAM] } },
    argocd: { url: 'https://argocd.example.com', api: { url: argocd.url, ...api } },
  };
  place = await startOperatorForRelay(stage, fields);
  relay = await startRelay(stage, place, fields);
  await stage.apply(namespace(TEAM));
  const content =
    '{{app.metadata.name}}: {{default commit.author "nobody"}}, {{date commit.date "HH:mm" "UTC"}}, {{commit.message}}';
  await stage.apply(typedTemplate({ namespace: TEAM, name: 'commit' }, { message: { text: { content } } }));
  for (const [name, delivery] of Object.entries({ relayed: 'Relay', direct: 'Direct', plain: 'Relay' })) {
    const { credentials, manifests } = realRobot(stage.dingtalk, { namespace: TEAM, name }, { delivery });
    tokens.set(name, credentials.token);
    const template = name === 'plain' ? {} : { template: { name: 'commit' } };
    const events = [{ trigger: 'on-sync-failed', ...template }];
    await stage.apply(
      ...manifests,
      subscription({ namespace: TEAM, name }, {
        ...{ robots: [{ name }], applications: { projects: [PROJECT] }, events },
      } as never),
    );
    await stage.conditions('nsub', TEAM, name, { Ready: 'True/Ready' });
  }
  await untilGraceIsOver();
  await applyApplication(stage.cp, application({ name: APP, namespace: ARGOCD, project: PROJECT }));
}, 120_000);
afterAll(async () => {
  await relay?.stop();
  await stage?.[Symbol.asyncDispose]();
  await argocd?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const patch = (change: object) => patchApplication(stage.cp, ARGOCD, APP, change);
let failures = 0;
/** A sync of this commit failed. No two of them began at the same time. */
const fail = (revision: string) => {
  const startedAt = new Date(soon().getTime() - ++failures * 60_000);
  return patch(syncFailed(soon(), { revision, startedAt }));
};
const to = (name: string): Delivery[] =>
  stage.dingtalk.requests.filter(({ token }) => token === tokens.get(name));
const textsTo = (name: string) =>
  to(name).map(({ body }) => (body as { text?: { content: string } }).text?.content);
const untilTold = (count: number) =>
  stage.dingtalk.waitForDelivery(() => [...tokens.keys()].every((name) => to(name).length >= count), {
    describe: `message ${count} to each robot`,
  });

it('nobody but the relay can write the field in which a template looks for the commit', async () => {
  const forged = { [COMMIT_FIELD]: { author: 'Forger', message: 'forged', date: FOUND.date } };
  await expect(patch(forged)).rejects.toThrow(`unknown field "${COMMIT_FIELD}"`);
  // Without a strict check, which is up to the client, the API server leaves the field out.
  const args = ['patch', 'applications.argoproj.io', APP, '-n', ARGOCD, '--type=merge', '-p'];
  await stage.cp.kubectl([...args, JSON.stringify({ ...forged, metadata: { labels: { forged: 'yes' } } })]);
  const stored = await stage.get<KubernetesResource>('applications.argoproj.io', ARGOCD, APP);
  expect(stored).toMatchObject({ metadata: { labels: { forged: 'yes' } } });
  expect(stored).not.toHaveProperty(COMMIT_FIELD);
});

it('a relayed robot gets the commit, and a direct one a message without it', async () => {
  await fail(FIRST);
  await untilTold(1);
  expect(textsTo('relayed')).toEqual([
    `${APP}: Magician, 07:59, Limit the memory\n\nFor ＠all: [skip ci] "quoted"`,
  ]);
  expect(textsTo('direct')).toEqual([`${APP}: nobody, , `]);
  expect(argocd.requests).toEqual([
    `/api/v1/applications/${APP}/revisions/${FIRST}/metadata?appNamespace=${ARGOCD}&project=${PROJECT}`,
  ]);
  await stage.conditions('nsub', TEAM, 'direct', { Accepted: 'True/CommitNotShown' });
  await stage.conditions('nsub', TEAM, 'relayed', { Accepted: 'True/Accepted' });
});

it('an API server that hangs delays the message by its time-out, no other robot, and nothing again', async () => {
  argocd.obstacle = () => undefined;
  await fail(SECOND);
  await untilTold(2);
  const order = (name: string) => stage.dingtalk.requests.indexOf(to(name)[1] as Delivery);
  expect(order('plain')).toBeLessThan(order('relayed'));
  await fail(THIRD);
  await untilTold(3);
  expect(textsTo('relayed').slice(1)).toEqual([`${APP}: nobody, , `, `${APP}: nobody, , `]);
  expect(argocd.requests.map((path) => path.split('/')[6])).toEqual([FIRST, SECOND]);
  expect(argocd.mistakes).toEqual([]);
});

it('the look-ups are counted, and nothing that the relay writes has the token in it', async () => {
  const metrics = await (await fetch(`${place.healthUrl}/metrics`)).text();
  const lookUps = samplesIn(metrics).filter(({ name }) => name.endsWith('_commit_lookups_total'));
  expect(Object.fromEntries(lookUps.map(({ labels, value }) => [labels.outcome, value]))).toEqual({
    ...{ found: 1, timeout: 1, skipped: 1 },
    ...{ remembered: 0, unknown: 0, forbidden: 0, unavailable: 0 },
  });
  expect(`${metrics}${relay.output()}`).not.toContain(TOKEN);
  expect(relay.output()).toContain('"msg":"started"');
});
