import type { ControlPlane } from './control-plane.ts';

export * from './application-states.ts';

/** What distinguishes one Application from another; the rest is made up. */
export interface ApplicationOptions {
  readonly name: string;
  /** Where the Application object lives: Argo CD's namespace, unless it runs with others. */
  readonly namespace: string;
  /** `default`. */
  readonly project?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Who has something to do before the Application can go; nobody. */
  readonly finalizers?: readonly string[];
  readonly repoURL?: string;
  readonly path?: string;
  readonly targetRevision?: string;
  readonly destination?: { readonly server?: string; readonly name?: string; readonly namespace?: string };
}

/** A minimal Application that Argo CD's CRD accepts. */
export interface Application {
  readonly apiVersion: 'argoproj.io/v1alpha1';
  readonly kind: 'Application';
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly finalizers: readonly string[];
  };
  readonly spec: {
    readonly project: string;
    readonly source: { readonly repoURL: string; readonly path: string; readonly targetRevision: string };
    readonly destination: { readonly server?: string; readonly name?: string; readonly namespace?: string };
  };
}

/** With it, Argo CD removes what an Application has deployed before the Application itself goes. */
export const CASCADE = 'resources-finalizer.argocd.argoproj.io';

/** Builds an Application. It has no status yet, like one that was just created. */
export function application(options: ApplicationOptions): Application {
  const { name, namespace, project = 'default', labels = {}, annotations = {}, finalizers = [] } = options;
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace, labels, annotations, finalizers },
    spec: {
      project,
      source: {
        repoURL: options.repoURL ?? 'https://gitee.com/example/guestbook.git',
        path: options.path ?? name,
        targetRevision: options.targetRevision ?? 'main',
      },
      destination: options.destination ?? { server: 'https://kubernetes.default.svc', namespace: name },
    },
  };
}

/** Creates or updates an Application, as a developer would. */
export async function applyApplication(
  controlPlane: Pick<ControlPlane, 'apply'>,
  app: Application,
): Promise<void> {
  await controlPlane.apply([app], 'developer');
}

/**
 * Applies a JSON merge patch to an Application: a state of `application-states.ts` or anything else. The CRD has no
 * status subresource: Argo CD, too, writes the status through the object itself.
 *
 * @throws Error when the Application does not exist or its schema refuses the result.
 */
export async function patchApplication(
  controlPlane: Pick<ControlPlane, 'merge'>,
  namespace: string,
  name: string,
  mergePatch: object,
): Promise<void> {
  await controlPlane.merge(
    'applications.argoproj.io',
    namespace,
    name,
    mergePatch,
    'argocd-application-controller',
  );
}

/** Has an Application deleted, as a developer would, and waits for nothing. */
export async function deleteApplication(
  controlPlane: ControlPlane,
  namespace: string,
  name: string,
): Promise<void> {
  await controlPlane.remove('applications.argoproj.io', namespace, name);
}
