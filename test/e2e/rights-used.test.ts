import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import {
  credentialsSecret,
  namespace,
  robot,
  subscription,
  template,
} from '../../operator/api/testing/manifests.ts';
import { startFakeDingTalk } from '../../operator/dingtalk/testing/fake-dingtalk.ts';
import { startFakeGitee } from '../../operator/gitee/testing/fake-gitee.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { ARGOCD, applyProjects } from '../support/argocd.ts';
import { AuditLog, auditArgs } from '../support/audit.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { installControlPlane } from '../support/control-plane-pool.ts';
import { startOperator } from '../support/operator.ts';
import { placeForRelay, type RelayPlace, startRelay } from '../support/relay.ts';
import { realRobot } from '../support/team.ts';
import { tellRelay } from '../support/tell-relay.ts';

const CONFIG = join(import.meta.dirname, '../../config');
/** Everything that gives rights in the whole cluster or in Argo CD's namespace; the first one has config/default in it. */
const FOLDERS = [
  '../test/support/relay-rights',
  '../test/support/gitee-rights',
  'project-annotations',
  'watch-secrets',
];
const OPERATOR = 'argocd-dingtalk-operator';
const RELAY = 'argocd-dingtalk-relay';
const userOf = (account: string): string => `system:serviceaccount:${ARGOCD}:${account}`;
const TEAM = { namespace: 'team', name: 'robot' };
/** A team whose messages the relay sends. */
const RELAYED = { namespace: 'relayed-team', name: 'robot' };
const ROUTE = `${RELAYED.namespace}.${RELAYED.name}`;
const PROJECT = 'payments';
/** A subscription to a repository on Gitee. */
const ON_GITEE = { namespace: RELAYED.namespace, name: 'on-gitee' };
const GITEE_TOKEN = 'cafe'.repeat(8);

interface Role {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules: readonly {
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
    readonly resourceNames?: readonly string[];
  }[];
  readonly roleRef?: { readonly name: string };
  readonly subjects?: readonly { readonly name: string }[];
}

const running = new AsyncDisposableStack();
let cp: ControlPlane;
let log: AuditLog;
let place: RelayPlace;

beforeAll(async () => {
  await using undo = new AsyncDisposableStack();
  cp = undo.use(
    await installControlPlane({ apiServerArgs: (dir) => auditArgs(dir, [OPERATOR, RELAY].map(userOf)) }),
  );
  log = new AuditLog(cp.dir);
  for (const folder of FOLDERS) await cp.kubectl(['apply', '--server-side', '-k', join(CONFIG, folder)]);
  await applyProjects(cp, ARGOCD, [PROJECT]);
  const dingtalk = undo.use(await startFakeDingTalk());
  const gitee = undo.use(await startFakeGitee());
  gitee.addRepository('team/shop', GITEE_TOKEN);
  const { manifests } = realRobot(dingtalk, TEAM);
  await cp.apply([
    namespace(TEAM.namespace),
    ...manifests,
    template(TEAM, '{{ app.metadata.name }}'),
    subscription(TEAM, { applications: { projects: [PROJECT] } }),
    namespace(RELAYED.namespace),
    credentialsSecret(ON_GITEE, { token: GITEE_TOKEN }),
    onGitee(gitee.url),
    ...realRobot(dingtalk, RELAYED).manifests,
    robot(RELAYED, { delivery: 'Relay' }),
  ]);
  place = await placeForRelay({ cp });
  const publicURL = 'https://hooks.example.com';
  const operator = await startOperator(cp, dingtalk, {
    routing: { projects: 'Annotation' },
    tenancy: { projects: { [PROJECT]: [TEAM.namespace] } },
    ...place.fields,
    gitee: {
      publicURL,
      hosts: [gitee.host],
      caFile: gitee.caFile,
      checkInterval: '1s',
    },
    credentials: { watch: { matchLabels: { 'argocd-dingtalk.io/credentials': 'true' } } },
  });
  undo.defer(async () => void (await operator.stop()));
  const relay = await startRelay({ cp, dingtalk }, place, { gitee: { publicURL } });
  undo.defer(async () => void (await relay.stop()));
  running.use(undo.move());
});
afterAll(() => running.disposeAsync());

/** Its hook leads to the relay, which needs the key of the installation. */
const onGitee = (baseUrl: string) =>
  subscription(ON_GITEE, {
    applications: undefined as never,
    robots: [{ name: RELAYED.name }],
    gitee: {
      baseUrl,
      repository: 'team/shop',
      token: { secretKeyRef: { name: ON_GITEE.name, key: 'token' } },
    } as never,
    events: [{ trigger: 'gitee-push' }],
  });

/** `verb resource` of each right of an account, with the object's name where the rule has one. */
async function granted(account: string): Promise<string[]> {
  const documents = await Promise.all(
    FOLDERS.map((folder) => cp.kubectl(['kustomize', join(CONFIG, folder)])),
  );
  const objects = documents.flatMap((text) => parseAllDocuments(text).map((each) => each.toJS() as Role));
  const roles = new Set(
    objects.flatMap(({ roleRef, subjects = [] }) =>
      roleRef && subjects.some(({ name }) => name === account) ? [roleRef.name] : [],
    ),
  );
  return objects
    .filter(({ kind, metadata }) => /Role$/.test(kind) && roles.has(metadata.name))
    .flatMap(({ rules }) =>
      rules.flatMap(({ resources, verbs, resourceNames = [''] }) =>
        resources.flatMap((resource) =>
          verbs.flatMap((verb) => resourceNames.map((name) => `${verb} ${resource} ${name}`.trim())),
        ),
      ),
    );
}

/** The operator reads a route again when the relay has written to it since. */
async function touchRoute(times: number): Promise<void> {
  for (let each = 0; each < times; each++) {
    const change = { metadata: { annotations: { touched: `${Date.now()} ${each}` } } };
    // There is none yet, or it is suspended.
    await cp.merge('relayroutes', ARGOCD, ROUTE, change).catch(() => undefined);
  }
}

/** Rights that an account has not used yet. */
function unusedBy(account: string, rights: readonly string[]): string[] {
  const used = new Set(
    log
      .requests()
      .filter(({ user, code }) => user === userOf(account) && code !== 403)
      .flatMap(({ verb, resource, name, code }) => {
        // A server-side apply of a new object is a patch in the log, and needs the right to create.
        const verbs = code === 201 ? [verb, 'create'] : [verb];
        return verbs.flatMap((each) => [`${each} ${resource}`, `${each} ${resource} ${name}`]);
      }),
  );
  return rights.filter((right) => !used.has(right));
}

/** Secrets that an account has asked for. */
function secretsReadBy(account: string): string[] {
  const asked = log
    .requests()
    .filter(({ user, resource }) => user === userOf(account) && resource === 'secrets')
    .map(({ verb, namespace: where, name }) => `${verb} ${where}/${name}`);
  return [...new Set(asked)].sort();
}

it('the operator uses every right that the manifests give it', { timeout: 90_000 }, async () => {
  const rights = await granted(OPERATOR);
  expect(rights.length).toBeGreaterThan(30);
  let round = 0;
  await eventually(
    'every right to be used',
    async () => {
      // The operator reads the target again when another writer has come in between.
      const metadata = { name: 'argocd-notifications-cm', namespace: ARGOCD };
      const foreign = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { foreign: `# ${round++}` } };
      const events = [{ trigger: round % 2 === 0 ? 'on-deployed' : 'on-created' }];
      const suspend = round % 4 === 3;
      await Promise.all([
        cp.apply([subscription(RELAYED, { events, suspend })]),
        touchRoute(20),
        cp.apply([foreign], 'another-writer'),
        cp.apply([subscription(TEAM, { applications: { projects: [PROJECT] }, events })]),
      ]);
      expect(unusedBy(OPERATOR, rights)).toEqual([]);
      return true;
    },
    { timeoutMs: 60_000 },
  );
});

it('the relay uses every right that the manifests give it, and reads no Secret but those of routes', {
  timeout: 90_000,
}, async () => {
  const rights = await granted(RELAY);
  expect(rights).toContain('patch relayroutes/status');
  await cp.apply([subscription(RELAYED, { events: [{ trigger: 'on-sync-failed' }] })]);
  await eventually(
    'every right to be used',
    async () => {
      // Its message makes the relay read the robot's Secret.
      expect(await tellRelay(cp, place, RELAYED.namespace)).toBeLessThan(300);
      expect(unusedBy(RELAY, rights)).toEqual([]);
      // Its Secrets are the two of the installation and that of the robot that is relayed, and none of the other team.
      expect(secretsReadBy(RELAY)).toEqual([
        `get ${ARGOCD}/argocd-dingtalk-gitee`,
        `get ${ARGOCD}/argocd-notifications-secret`,
        `get ${RELAYED.namespace}/${RELAYED.name}`,
      ]);
      return true;
    },
    { timeoutMs: 60_000, intervalMs: 1_000 },
  );
});
