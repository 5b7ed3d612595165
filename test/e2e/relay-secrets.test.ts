import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Credentials, namespace, robot, subscription } from '../../operator/api/testing/manifests.ts';
import type { FakeRobot } from '../../operator/dingtalk/testing/fake-dingtalk.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import {
  application,
  applyApplication,
  patchApplication,
  soon,
  syncFailed,
} from '../support/applications.ts';
import type { RunningProcess } from '../support/processes.ts';
import { capabilityOf, type RelayPlace, startOperatorForRelay, startRelay } from '../support/relay.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

/**
 * Argo CD's real controller posts an event for robots that are answered in all ways, with a capability that is replaced, and to a
 * relay that refuses or is away. What everybody has written by then has neither credentials nor the capability in it.
 */

const TEAM = 'team';
const PROJECT = 'shop';

/** What DingTalk does to each robot, and the reason that its condition then gives. It echoes what it can. */
const ROBOTS: Readonly<Record<string, readonly [(fake: FakeRobot) => void, string]>> = {
  accepted: [() => {}, 'True/Delivering'],
  echoed: [
    (fake) => fake.setObstacle({ errcode: 300005, errmsg: `no token ${fake.token} for ${fake.signedUrl()}` }),
    'False/TokenUnknown',
  ],
  page: [(fake) => fake.setObstacle('page'), 'False/UnexpectedAnswer'],
  silent: [(fake) => fake.setObstacle('silence'), 'False/Unreachable'],
  broken: [(fake) => fake.setObstacle('reset'), 'False/Unreachable'],
  /** It is a direct one at first. */
  moved: [() => {}, 'True/Delivering'],
};

let stage: Stage;
let place: RelayPlace;
let relay: RunningProcess;
const known = new Map<string, Credentials>();

beforeAll(async () => {
  stage = await startStage({ projects: [PROJECT], operator: false });
  place = await startOperatorForRelay(stage, {
    tenancy: { projects: { [PROJECT]: [TEAM] } },
    log: { level: 'debug' },
  });
  relay = await startRelay(stage, place, { log: { level: 'debug' } });
  await stage.apply(namespace(TEAM));
  for (const [name, [happens]] of Object.entries(ROBOTS)) {
    const where = { namespace: TEAM, name };
    const { fake, credentials, manifests } = realRobot(stage.dingtalk, where);
    known.set(name, credentials);
    happens(fake);
    const delivery = name === 'moved' ? 'Direct' : 'Relay';
    await stage.apply(manifests[0] as object, robot(where, { delivery }), subscription(where));
  }
  for (const name of known.keys()) await stage.conditions('nsub', TEAM, name, { Merged: 'True/Merged' });
  await applyApplication(stage.cp, application({ name: 'app', namespace: ARGOCD, project: PROJECT }));
});
afterAll(async () => {
  await relay?.stop();
  await stage?.[Symbol.asyncDispose]();
});

let failures = 0;
const fail = () => {
  const startedAt = new Date(soon().getTime() - ++failures * 1_000);
  return patchApplication(stage.cp, ARGOCD, 'app', syncFailed(soon(), { startedAt }));
};

/** What stands for each credential in any text, also in an encoded one. */
const forms = (text: string): string[] => [
  text,
  encodeURIComponent(text),
  Buffer.from(text).toString('base64').replace(/=*$/, ''),
  Buffer.from(text).toString('hex'),
];

const secretsOf = (names: Iterable<string>) =>
  [...names].flatMap((name) => Object.values(known.get(name) as Credentials));

/** The places of `texts` in which one of the secrets is. */
const placesOf = (secrets: readonly string[], texts: Readonly<Record<string, string>>): string[] =>
  Object.keys(texts).filter((place) =>
    secrets.flatMap(forms).some((form) => texts[place]?.includes(form) === true),
  );

/** All objects of Argo CD's namespace, with the values of Secrets decoded. */
async function argocdObjects(): Promise<Record<string, string>> {
  const kinds = ['configmaps', 'relayroutes', 'applications', 'appprojects', 'leases', 'serviceaccounts'];
  const lists = await Promise.all(kinds.map((kind) => stage.cp.list(kind, ARGOCD)));
  const secrets = (await stage.cp.list<KubernetesResource>('secrets', ARGOCD)).flatMap(({ data = {} }) =>
    Object.values(data).map((value) => Buffer.from(value, 'base64').toString()),
  );
  return {
    ...Object.fromEntries(kinds.map((kind, index) => [kind, JSON.stringify(lists[index])])),
    secrets: secrets.join('\n'),
  };
}

/** What the programs have told otherwise: logs, metrics, events, statuses, and the store with all its files. */
async function told(): Promise<Record<string, string>> {
  const folder = dirname(place.file);
  const files = await Promise.all(
    (await readdir(folder)).map((file) => readFile(join(folder, file), 'latin1')),
  );
  const kinds = ['robots', 'nsub', 'events.events.k8s.io'];
  const lists = await Promise.all(kinds.map((kind) => stage.cp.list(kind)));
  return {
    controller: stage.argocd().output() + (await stage.argocd().metrics()),
    operator: stage.operatorOutput(),
    relay: relay.output() + (await (await fetch(`${place.healthUrl}/metrics`)).text()),
    store: files.join('\n'),
    statuses: JSON.stringify(lists),
  };
}

/** Waits until Argo CD has told of an event that it could not post. */
const hasLogged = (words: RegExp) =>
  eventually(`${words} in the controller’s log`, () => words.test(stage.argocd().output()));

it('has its credentials in its own Secret only, and Argo CD’s capability is in no log', async () => {
  const moved = secretsOf(['moved']);
  expect(placesOf(moved, await argocdObjects())).toEqual(['secrets']);
  await stage.cp.merge('robots', TEAM, 'moved', { spec: { delivery: 'Relay' } });
  await eventually('the signed URL to go', async () => placesOf(moved, await argocdObjects()).length === 0);
  await stage.conditions('nsub', TEAM, 'moved', { Merged: 'True/Merged' });

  const capabilities = [await capabilityOf(stage)];
  await fail();
  for (const [name, [, Delivering]] of Object.entries(ROBOTS))
    await stage.conditions('robots', TEAM, name, { Delivering });

  await stage.cp.merge('secret', ARGOCD, 'argocd-notifications-secret', { data: { dt__relay: null } });
  capabilities.push(
    await eventually('another capability', async () => {
      const next = await capabilityOf(stage);
      return next !== capabilities[0] && next;
    }),
  );
  const texts = await told();

  await relay.stop();
  const used = new Set<string | undefined>();
  const refusing = createServer((request, response) => {
    used.add(request.headers.authorization);
    response.writeHead(401).end();
  });
  await once(refusing.listen(Number(new URL(place.url).port), '127.0.0.1'), 'listening');
  await fail();
  await eventually('Argo CD’s post', () => used.size > 0);
  await hasLogged(/error code 401/);
  refusing.closeAllConnections();
  await new Promise((resolve) => refusing.close(resolve));
  await fail();
  await hasLogged(/giving up after/);

  // Argo CD has sent what is looked for, and these are the texts of all programs.
  expect(capabilities.map((each) => `Bearer ${each}`)).toEqual(expect.arrayContaining([...used]));
  expect(placesOf(capabilities, await argocdObjects())).toEqual(['secrets']);
  const all = { ...texts, later: stage.argocd().output() + relay.output() + stage.operatorOutput() };
  expect(placesOf([ARGOCD], all)).toEqual(Object.keys(all));
  expect(placesOf(capabilities, all)).toEqual([]);
  expect(placesOf(secretsOf(known.keys()), { ...all, ...(await argocdObjects()) })).toEqual([]);
});
