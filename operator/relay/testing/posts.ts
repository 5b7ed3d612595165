/** An Application of the project `payments`, as Argo CD posts it. */
export function application(
  status: object,
  fields: { readonly project?: string; readonly uid?: string } = {},
) {
  const { project = 'payments', uid = 'app-uid' } = fields;
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'checkout', namespace: 'argocd', uid, annotations: { team: 'payments' } },
    spec: {
      project,
      source: { repoURL: 'https://git.example.com/checkout', targetRevision: 'main' },
      destination: { server: 'https://kubernetes.default.svc', namespace: 'checkout' },
    },
    status,
  };
}

/** The status of a sync that has failed. */
export const syncFailed = (finishedAt = '2026-11-23T08:01:00Z') => ({
  operationState: {
    phase: 'Failed',
    message: 'one or more objects failed to apply',
    startedAt: '2026-11-23T08:00:30Z',
    finishedAt,
  },
});

/** The status of an Application with this health since then. */
export const health = (status: string, lastTransitionTime: string) => ({
  health: { status, lastTransitionTime },
});

/** The body of a post. */
export const post = (event: string, app: unknown): Buffer => Buffer.from(JSON.stringify({ event, app }));
