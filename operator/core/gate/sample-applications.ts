/** An Application as the engine hands it to a template. */
export type SampleApplication = Readonly<Record<string, unknown>>;

/** The clock's time in the samples. */
export const SAMPLE_MOMENT = '2026-01-01T08:01:00Z';

const metadata = {
  name: 'guestbook',
  namespace: 'argocd',
  uid: '0b7a2c1e-5d36-4b0c-9a77-2f1a6f0f8c11',
  resourceVersion: '4711',
  generation: 12,
  creationTimestamp: '2025-12-01T08:00:00Z',
  labels: { tier: 'gold' },
  annotations: { 'argocd.argoproj.io/refresh': 'normal' },
};
const resources = ['Deployment', 'Service'].map((kind) => ({
  kind,
  version: 'v1',
  name: 'guestbook',
  namespace: 'guestbook',
  status: 'Synced',
  health: { status: 'Healthy' },
}));
const spec = {
  project: 'default',
  source: { repoURL: 'https://gitee.com/example/guestbook.git', path: 'guestbook', targetRevision: 'main' },
  destination: { server: 'https://kubernetes.default.svc', namespace: 'guestbook' },
};
const operation = (phase: string, message: string) => ({
  phase,
  message,
  startedAt: '2026-01-01T08:00:00Z',
  finishedAt: '2026-01-01T08:00:05Z',
  operation: {
    initiatedBy: { username: 'admin' },
    sync: { revision: '53e28ff20cc530b9ada2173fbbd64d48338583ba' },
  },
  syncResult: { revision: '53e28ff20cc530b9ada2173fbbd64d48338583ba', source: spec.source },
});

/** The Applications that every template has to handle, each with its description for messages. */
export const SAMPLE_APPLICATIONS: readonly (readonly [string, SampleApplication])[] = [
  [
    'has synced and is healthy',
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata,
      spec,
      status: {
        operationState: operation('Succeeded', 'successfully synced (all tasks run)'),
        health: { status: 'Healthy', lastTransitionTime: '2026-01-01T08:00:10Z' },
        sync: { status: 'Synced', revision: '53e28ff20cc530b9ada2173fbbd64d48338583ba' },
        resources,
        summary: { images: ['example/guestbook:1.2.3'] },
        reconciledAt: '2026-01-01T08:00:10Z',
      },
    },
  ],
  [
    'has failed to sync and is degraded',
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata,
      spec,
      status: {
        operationState: operation('Failed', 'one or more objects failed to apply'),
        health: { status: 'Degraded', lastTransitionTime: '2026-01-01T08:00:10Z' },
        sync: { status: 'OutOfSync', revision: '53e28ff20cc530b9ada2173fbbd64d48338583ba' },
        conditions: [
          { type: 'SyncError', message: 'failed to sync', lastTransitionTime: '2026-01-01T08:00:05Z' },
        ],
        reconciledAt: '2026-01-01T08:00:10Z',
      },
    },
  ],
  [
    'was never synced',
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'new', namespace: 'argocd' },
      spec,
    },
  ],
];
