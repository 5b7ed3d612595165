import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { namespace, robot, subscription, template } from '../../operator/api/testing/manifests.ts';
import { startFakeDingTalk } from '../../operator/dingtalk/testing/fake-dingtalk.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { ARGOCD, applyProjects } from '../support/argocd.ts';
import { AuditLog, auditArgs } from '../support/audit.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { installControlPlane } from '../support/control-plane-pool.ts';
import { startOperator } from '../support/operator.ts';
import { realRobot } from '../support/team.ts';

const CONFIG = join(import.meta.dirname, '../../config');
/** Everything that gives the operator rights in the whole cluster or in Argo CD's namespace. */
const FOLDERS = ['default', 'project-annotations', 'watch-secrets'];
const ACCOUNT = 'argocd-dingtalk-operator';
const USER = `system:serviceaccount:${ARGOCD}:${ACCOUNT}`;
const TEAM = { namespace: 'team', name: 'robot' };
/** A team whose messages the relay sends. */
const RELAYED = { namespace: 'relayed-team', name: 'robot' };
const ROUTE = `${RELAYED.namespace}.${RELAYED.name}`;
const PROJECT = 'payments';

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

beforeAll(async () => {
  await using undo = new AsyncDisposableStack();
  cp = undo.use(await installControlPlane({ apiServerArgs: (dir) => auditArgs(dir, [USER]) }));
  log = new AuditLog(cp.dir);
  for (const folder of FOLDERS.slice(1))
    await cp.kubectl(['apply', '--server-side', '-k', join(CONFIG, folder)]);
  await applyProjects(cp, ARGOCD, [PROJECT]);
  const dingtalk = undo.use(await startFakeDingTalk());
  const { manifests } = realRobot(dingtalk, TEAM);
  await cp.apply([
    namespace(TEAM.namespace),
    ...manifests,
    template(TEAM, '{{ app.metadata.name }}'),
    subscription(TEAM, { applications: { projects: [PROJECT] } }),
    namespace(RELAYED.namespace),
    ...realRobot(dingtalk, RELAYED).manifests,
    robot(RELAYED, { delivery: 'Relay' }),
  ]);
  const operator = await startOperator(cp, dingtalk, {
    routing: { projects: 'Annotation' },
    tenancy: { projects: { [PROJECT]: [TEAM.namespace] } },
    relay: { url: 'http://relay.argocd.svc:8080' },
    credentials: { watch: { matchLabels: { 'argocd-dingtalk.io/credentials': 'true' } } },
  });
  undo.defer(async () => void (await operator.stop()));
  running.use(undo.move());
});
afterAll(() => running.disposeAsync());

/** `verb resource` of each right, with the object's name where the rule has one. */
async function granted(): Promise<string[]> {
  const documents = await Promise.all(
    FOLDERS.map((folder) => cp.kubectl(['kustomize', join(CONFIG, folder)])),
  );
  const objects = documents.flatMap((text) => parseAllDocuments(text).map((each) => each.toJS() as Role));
  const roles = new Set(
    objects.flatMap(({ roleRef, subjects = [] }) =>
      roleRef && subjects.some(({ name }) => name === ACCOUNT) ? [roleRef.name] : [],
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

it('the operator uses every right that the manifests give it', { timeout: 90_000 }, async () => {
  const rights = await granted();
  expect(rights.length).toBeGreaterThan(30);
  const unused = async () => {
    const used = new Set(
      log
        .requests()
        .filter(({ code }) => code !== 403)
        .flatMap(({ verb, resource, name, code }) => {
          // A server-side apply of a new object is a patch in the log, and needs the right to create.
          const verbs = code === 201 ? [verb, 'create'] : [verb];
          return verbs.flatMap((each) => [`${each} ${resource}`, `${each} ${resource} ${name}`]);
        }),
    );
    return rights.filter((right) => !used.has(right));
  };
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
      expect(await unused()).toEqual([]);
      return true;
    },
    { timeoutMs: 60_000 },
  );
});
