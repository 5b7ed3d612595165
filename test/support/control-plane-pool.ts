import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { ARGOCD, installArgoCD } from './argocd.ts';
import { type ControlPlane, type ControlPlaneOptions, startControlPlane } from './control-plane.ts';
import { installOperator } from './operator.ts';
import {
  restoreObjects,
  type StoredChanges,
  type StoredObjects,
  storedChanges,
  storedObjects,
} from './stored-objects.ts';

/**
 * The start of a control plane and the installation of Argo CD and the operator take ten seconds of a processor. So a test
 * file takes over the control plane of the file before it, which has by then exactly the objects of a new one.
 */

/** What the API server writes by itself. */
const OF_THE_SERVER = /^\/registry\/(leases\/kube-system|peerserverleases|ranges|ipaddresses|servicecidrs)\//;
/** The API server acts upon these, and not at once: what they were may still count when they are as before. */
const RULES_THE_SERVER =
  /^\/registry\/(apiextensions|apiregistration|validating|mutating|flowschemas|prioritylevel)/;
/** Tokens that somebody still has are for one account. */
const ACCOUNTS = /^\/registry\/serviceaccounts\//;
const RIGHTS = /^\/registry\/(clusterroles|clusterrolebindings|roles|rolebindings)\//;
const OPERATOR = `system:serviceaccount:${ARGOCD}:argocd-dingtalk-operator`;

interface Installation {
  readonly cp: ControlPlane;
  /** As it was before any test. */
  readonly asNew: StoredObjects;
  /** All that the operator may do. */
  readonly rights: string;
}

const idle: Installation[] = [];
let folder: string | undefined;

/**
 * From now on, control planes of this process are kept when they are given back.
 *
 * @param parent where they have their folders; removed by somebody else after the end of this process, with which they end
 */
export function keepControlPlanes(parent: string): void {
  folder = parent;
}

/**
 * A control plane on which Argo CD and the operator are installed, and nothing else. `stop` gives it back.
 *
 * @throws Error as {@link installControlPlane} does
 */
export async function takeControlPlane(): Promise<ControlPlane> {
  const installation = idle.pop() ?? (await install());
  const dir = await mkdtemp(join(installation.cp.dir, 'taken-'));
  let back: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    back ??= giveBack(installation);
    return back;
  };
  return { ...installation.cp, dir, stop, [Symbol.asyncDispose]: stop };
}

/**
 * Starts a control plane and installs Argo CD and the operator; it is nobody's before and after.
 *
 * @throws Error as {@link startControlPlane} and the installations do
 */
export async function installControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  await using undo = new AsyncDisposableStack();
  const cp = undo.use(await startControlPlane(options));
  await installArgoCD(cp, { namespace: ARGOCD });
  await installOperator(cp);
  undo.move();
  return cp;
}

async function install(): Promise<Installation> {
  const cp = await installControlPlane(folder === undefined ? {} : { dir: folder });
  const rights = await eventually('the operator to have its rights', async () => {
    const text = await rightsOf(cp);
    return text.includes('dingtalkrobots') && text.includes('argocd-notifications-secret') && text;
  });
  return { cp, rights, asNew: await storedObjects(cp.etcd) };
}

async function giveBack(installation: Installation): Promise<void> {
  await using undo = new AsyncDisposableStack();
  undo.use(installation.cp);
  if (folder === undefined || !(await clear(installation))) return;
  undo.move();
  idle.push(installation);
}

/** Whether the API server forgets these changes as soon as etcd has. */
export function canBeUndone({ added, changed }: StoredChanges): boolean {
  const rules = [...added, ...changed].some((key) => RULES_THE_SERVER.test(key));
  return !rules && !changed.some((key) => ACCOUNTS.test(key));
}

/** What the API server lets the operator do now, by its own word. */
async function rightsOf({ kubectl }: ControlPlane): Promise<string> {
  const text = await kubectl(['auth', 'can-i', '--list', '-n', ARGOCD, `--as=${OPERATOR}`]);
  return text.split('\n').sort().join('\n');
}

/** Whether all is as new again. */
async function clear({ cp, asNew, rights }: Installation): Promise<boolean> {
  const { added, changed } = await changes(cp, asNew);
  if (!canBeUndone({ added, changed })) return false;
  await restoreObjects(cp.etcd, asNew, [...added, ...changed]);
  await eventually('the API server to know that the namespaces are gone', async () => {
    // From its memory, by which it decides whether a namespace takes objects.
    const { items } = await cp.read<{ items: { metadata: { name: string } }[] }>(
      'api/v1/namespaces?resourceVersion=0',
    );
    return items.every(({ metadata }) => !added.includes(`/registry/namespaces/${metadata.name}`));
  });
  if ([...added, ...changed].some((key) => RIGHTS.test(key)))
    await eventually('the rights to be as before', async () => (await rightsOf(cp)) === rights);
  return true;
}

async function changes(cp: ControlPlane, asNew: StoredObjects): Promise<StoredChanges> {
  const { added, changed } = storedChanges(asNew, await storedObjects(cp.etcd));
  const isOfTests = (key: string): boolean => !OF_THE_SERVER.test(key);
  return { added: added.filter(isOfTests), changed: changed.filter(isOfTests) };
}
