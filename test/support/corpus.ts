import {
  type ApplicationPatch,
  degraded,
  healthy,
  suspended,
  syncFailed,
  syncing,
  syncStatusUnknown,
  syncSucceeded,
} from './application-states.ts';

/** An Application of a shape, or with texts in it, that a message may stumble over. */
export interface OddApplication {
  readonly name: string;
  /** False for one that Argo CD has not looked at yet. */
  readonly isSynced: boolean;
  /** Merge patch of `spec`. */
  readonly spec: object;
  readonly annotations: Readonly<Record<string, string>>;
  /** What its operations and conditions say. */
  readonly message: string;
  readonly username: string;
  /** `status.resources`. */
  readonly resources: readonly object[];
  /** `status.summary.images`. */
  readonly images: readonly string[];
}

const resource = (kind: string, name: string, health: object = { status: 'Healthy' }): object => ({
  kind,
  name,
  namespace: 'prod',
  version: 'v1',
  status: 'Synced',
  health,
});

const odd = (name: string, fields: Partial<OddApplication> = {}): OddApplication => ({
  name,
  isSynced: true,
  spec: {},
  annotations: {},
  message: 'one or more objects failed to apply',
  username: 'admin',
  resources: [resource('Deployment', 'web', { status: 'Degraded', message: 'no memory limit' })],
  images: ['example/web:1.2.3', 'example/redis:8'],
  ...fields,
});

/** One text in every place that takes any. */
const withText = (name: string, text: string): OddApplication =>
  odd(name, {
    spec: {
      source: { repoURL: `https://gitee.com/${text}`, path: text, targetRevision: text },
      destination: { server: null, name: text, namespace: text },
    },
    annotations: { note: text },
    message: text,
    username: text,
    resources: [resource('Deployment', 'web', { status: 'Degraded', message: text })],
    images: [text, text],
  });

const VALUES = `replicas: 3
ingress:
  annotations:
    description: |
      "first" line
      {{ .Release.Name }}
`;

/** In the order of their names in the messages that they lead to. */
export const ODD_APPLICATIONS: readonly OddApplication[] = [
  odd('never-synced', { isSynced: false, resources: [], images: [] }),
  odd('huge', { message: `"发布\n失败" `.repeat(10_000) }),
  odd('multi-source', {
    spec: {
      source: null,
      sources: [
        { repoURL: 'https://charts.example.com', chart: 'guestbook', targetRevision: '1.2.*' },
        { repoURL: 'https://gitee.com/example/values.git', path: 'prod', ref: 'values' },
      ],
    },
  }),
  odd('helm', {
    spec: {
      source: {
        path: null,
        repoURL: 'https://charts.example.com',
        chart: 'guestbook',
        targetRevision: '1.2.3',
        helm: { values: VALUES, valuesObject: { text: VALUES }, parameters: [{ name: 'a', value: VALUES }] },
      },
    },
  }),
  odd('crowded', {
    resources: Array.from({ length: 5_000 }, (_, index) =>
      resource(
        index % 2 === 0 ? 'Pod' : 'ConfigMap',
        `web-${String(index).padStart(4, '0')}`,
        index % 50 === 0
          ? { status: 'Degraded', ...(index % 100 === 0 && { message: 'CrashLoopBackOff (exit code 1)' }) }
          : { status: 'Healthy' },
      ),
    ),
  }),
  withText('quotes', `"'\`\\"\\n {{.secrets}} {{app}} \${x} $y %s %!d`),
  withText(
    'markup',
    '# heading\n</font><font color="red">x</font> [a](http://evil.example) ![b](c)\n- item **bold**',
  ),
  withText('unicode', '🔥👩‍👩‍👧‍👦 发布失败：“镜像”\u202e İß'),
  withText('control', 'first\r\nsecond\u0001\u0007\u001b[31m\u007f\u0085\u2028\u2029\ufeff\tlast'),
  withText('mentions', '@all @13800000000 mail@example.com ＠all @@all\n@all'),
];

/** It could not be synced and is damaged, and Argo CD cannot tell what should be there. */
export function failing({ message, username }: OddApplication, at: Date): ApplicationPatch {
  return merged(syncFailed(at, { message, username }), degraded(at), syncStatusUnknown(at, { message }));
}

/** It has been synced and is well. */
export function well({ message, username }: OddApplication, at: Date): ApplicationPatch {
  return merged(syncSucceeded(at, { message, username, startedAt: at }), healthy(at));
}

/** It is being synced, and waits for somebody. */
export function waiting({ message, username }: OddApplication, at: Date): ApplicationPatch {
  return merged(syncing(at, { message, username }), suspended(at));
}

const merged = (...patches: readonly ApplicationPatch[]): ApplicationPatch => ({
  status: Object.assign({}, ...patches.map(({ status }) => status)),
});
