import { eventually } from '../../operator/lib/testing/eventually.ts';
import type { ControlPlane } from './control-plane.ts';
import { waitForCrds } from './crds.ts';
import { locateTools } from './tools.ts';

export { type ArgoCDController, startArgoCDNotifications } from './argocd-notifications.ts';

/** Argo CD's namespace, and so that of the target objects. */
export const ARGOCD = 'argocd';

/** An Argo CD installation's choices. */
export interface ArgoCDOptions {
  /** Made if it does not exist: `argocd`. */
  readonly namespace: string;
  /** Argo CD's own address, `url` in argocd-cm. */
  readonly url?: string;
  /** AppProjects besides `default`. They allow everything. */
  readonly projects?: readonly string[];
}

/** Field manager of all that an installation of Argo CD would bring: not ours, and not the operator's. */
const INSTALLER = 'argocd-installer';
const APPLY = ['apply', '--server-side', '--field-manager', INSTALLER];
const PART_OF = { 'app.kubernetes.io/part-of': 'argocd' };

/**
 * Puts into the cluster what an installation of Argo CD has there: its real CRDs, the empty ConfigMap and Secret of
 * the notifications controller as Argo CD ships them, argocd-cm and AppProjects. May be called again, and for several
 * namespaces.
 *
 * @throws Error with kubectl's words when the API server refuses something.
 */
export async function installArgoCD(
  controlPlane: Pick<ControlPlane, 'kubectl' | 'apply'>,
  options: ArgoCDOptions,
): Promise<void> {
  const { applicationCrd, appProjectCrd } = locateTools();
  await controlPlane.kubectl([...APPLY, '-f', applicationCrd, '-f', appProjectCrd]);
  await waitForCrds(controlPlane, ['applications.argoproj.io', 'appprojects.argoproj.io']);
  await controlPlane.apply(coreObjects(options), INSTALLER);
  // Established comes a little before the resources are served everywhere.
  await eventually('the AppProjects to be accepted', async () => {
    await applyProjects(controlPlane, options.namespace, ['default', ...(options.projects ?? [])]);
    return true;
  });
}

/** Adds AppProjects that allow everything, or puts them back to that. */
export async function applyProjects(
  controlPlane: Pick<ControlPlane, 'apply'>,
  namespace: string,
  names: readonly string[],
): Promise<void> {
  const projects = names.map((name) => appProject(namespace, name));
  await controlPlane.apply(projects, INSTALLER);
}

function coreObjects({ namespace, url }: ArgoCDOptions): object[] {
  const notifications = {
    ...PART_OF,
    'app.kubernetes.io/component': 'notifications-controller',
    'app.kubernetes.io/name': 'argocd-notifications-controller',
  };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'argocd-notifications-cm', namespace, labels: notifications },
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'argocd-notifications-secret', namespace, labels: notifications },
      type: 'Opaque',
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'argocd-cm',
        namespace,
        labels: { ...PART_OF, 'app.kubernetes.io/name': 'argocd-cm' },
      },
      ...(url === undefined ? {} : { data: { url } }),
    },
  ];
}

function appProject(namespace: string, name: string): object {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name, namespace, labels: PART_OF },
    spec: { sourceRepos: ['*'], destinations: [{ server: '*', namespace: '*' }] },
  };
}
