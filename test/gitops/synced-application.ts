import { ARGOCD } from '../support/stage.ts';

/** The parts of an Application that tests look at. */
export interface SyncedApplication {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly status?: {
    readonly sync?: { readonly status: string; readonly revision?: string };
    readonly health?: { readonly status: string };
    readonly operationState?: {
      readonly phase: string;
      readonly syncResult?: {
        readonly resources?: readonly { readonly status?: string; readonly message?: string }[];
      };
    };
    readonly resources?: readonly SyncedResource[];
    readonly conditions?: readonly { readonly type: string; readonly message: string }[];
  };
}

/** One resource of an Application, as Argo CD sees it. */
export interface SyncedResource {
  readonly kind: string;
  readonly name: string;
  readonly status?: string;
  readonly health?: { readonly status?: string; readonly message?: string };
}

/** What an Application syncs from where to where. */
export interface SyncOptions {
  readonly name: string;
  readonly project?: string;
  readonly repoURL: string;
  /** Folder of the repository. */
  readonly path: string;
  /** The destination's namespace, in the cluster of Argo CD. */
  readonly namespace: string;
  /** Further fields of the spec. */
  readonly spec?: object;
  readonly syncOptions?: readonly string[];
}

/**
 * An Application that follows Git by itself: it removes what is gone from there, and undoes edits of others. A sync that fails is
 * not tried again, which by default takes minutes, in which it has not failed yet.
 */
export function syncedApplication(options: SyncOptions): object {
  const { name, project = 'default', repoURL, path, namespace, spec = {}, syncOptions = [] } = options;
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: ARGOCD },
    spec: {
      project,
      source: { repoURL, path, targetRevision: 'main' },
      destination: { server: 'https://kubernetes.default.svc', namespace },
      syncPolicy: { automated: { prune: true, selfHeal: true }, retry: { limit: 0 }, syncOptions },
      ...spec,
    },
  };
}

/** Whether all is as in this commit of Git. */
export const isSynced =
  (revision?: string) =>
  (app: SyncedApplication): boolean =>
    app.status?.sync?.status === 'Synced' &&
    (revision === undefined || app.status.sync.revision === revision);

/** Whether all is as in this commit of Git, and has this health. */
export const isInState =
  (health: string, revision?: string) =>
  (app: SyncedApplication): boolean =>
    isSynced(revision)(app) && app.status?.health?.status === health;
