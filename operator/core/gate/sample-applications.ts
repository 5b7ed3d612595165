/** An Application as the engine hands it to a template. */
export type SampleApplication = Readonly<Record<string, unknown>>;

/** The clock's time in the samples. */
export const SAMPLE_MOMENT = '2026-01-01T08:01:00Z';

const STARTED = '2026-01-01T08:00:00Z';
const FINISHED = '2026-01-01T08:00:05Z';
const HEALTH_CHANGED = '2026-01-01T08:00:10Z';
const REVISION = '53e28ff20cc530b9ada2173fbbd64d48338583ba';

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
const spec = {
  project: 'default',
  source: { repoURL: 'https://gitee.com/example/guestbook.git', path: 'guestbook', targetRevision: 'main' },
  destination: { server: 'https://kubernetes.default.svc', namespace: 'guestbook' },
};

const begun = (phase: string, message: string) => ({
  phase,
  message,
  startedAt: STARTED,
  operation: { initiatedBy: { username: 'admin' }, sync: { revision: REVISION } },
});
const ended = (phase: string, message: string) => ({
  ...begun(phase, message),
  finishedAt: FINISHED,
  syncResult: { revision: REVISION, source: spec.source },
});
const health = (status: string) => ({ status, lastTransitionTime: HEALTH_CHANGED });
const resources = (healthStatus?: string) =>
  ['Deployment', 'Service'].map((kind) => ({
    kind,
    version: 'v1',
    name: 'guestbook',
    namespace: 'guestbook',
    status: 'Synced',
    ...(healthStatus !== undefined && { health: { status: healthStatus } }),
  }));
const explained = (type: string, message: string) => [{ type, message, lastTransitionTime: FINISHED }];

const SYNCED = {
  operationState: ended('Succeeded', 'successfully synced (all tasks run)'),
  health: health('Healthy'),
  sync: { status: 'Synced', revision: REVISION },
  resources: resources('Healthy'),
  summary: { images: ['example/guestbook:1.2.3'] },
  reconciledAt: HEALTH_CHANGED,
};
const OUT_OF_SYNC = { status: 'OutOfSync', revision: REVISION };
const FAILED = {
  operationState: ended('Failed', 'one or more objects failed to apply'),
  health: health('Degraded'),
  sync: OUT_OF_SYNC,
  conditions: explained('SyncError', 'failed to sync'),
  reconciledAt: HEALTH_CHANGED,
};

const application = (status?: object, more: object = {}): SampleApplication => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { ...metadata, ...more },
  spec,
  ...(status && { status }),
});

/** The Applications for which templates and conditions are tried, each with its description for messages. */
export const SAMPLE_APPLICATIONS: readonly (readonly [string, SampleApplication])[] = [
  ['has synced and is healthy', application(SYNCED)],
  ['has failed to sync and is degraded', application({ ...FAILED, resources: resources('Degraded') })],
  ['was never synced', { ...application(), metadata: { name: 'new', namespace: 'argocd' } }],
  [
    'is being synced',
    application({
      ...SYNCED,
      operationState: begun('Running', 'waiting for healthy state of apps/Deployment/guestbook'),
      health: health('Progressing'),
      sync: OUT_OF_SYNC,
    }),
  ],
  [
    'cannot be compared with its source',
    application({
      ...SYNCED,
      sync: { status: 'Unknown', revision: REVISION },
      conditions: explained('ComparisonError', 'failed to load target state'),
    }),
  ],
  ['is suspended', application({ ...SYNCED, health: health('Suspended') })],
  ['is being deleted', application(SYNCED, { deletionTimestamp: '2026-01-01T08:00:30Z' })],
  [
    'is degraded and has no health in status.resources (Argo CD 3 keeps it elsewhere, unless ' +
      'controller.resource.health.persist is true)',
    application({ ...FAILED, resources: resources() }),
  ],
];
