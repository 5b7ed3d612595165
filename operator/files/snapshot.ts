import {
  API_VERSION,
  type DingTalkRobot,
  KINDS,
  type NotificationSubscription,
  type NotificationTemplate,
} from '../api/kinds.ts';
import type { OperatorConfiguration } from '../config.ts';
import { objectKey } from '../core/names.ts';
import { shortHash } from '../core/provenance.ts';
import type { CredentialSecret, Snapshot } from '../core/snapshot.ts';
import type { Manifest } from './manifests.ts';

/** A custom resource and the document that it came from. */
export interface LoadedResource {
  readonly manifest: Manifest;
  readonly resource: DingTalkRobot | NotificationTemplate | NotificationSubscription;
}

/** Our custom resources among the manifests. A manifest without a namespace is taken to be of `defaultNamespace`. */
export function loadResources(manifests: readonly Manifest[], defaultNamespace: string): LoadedResource[] {
  const kinds: string[] = Object.values(KINDS).map(({ kind }) => kind);
  return manifests.flatMap((manifest) => {
    const value = manifest.value as Partial<DingTalkRobot>;
    if (value.apiVersion !== API_VERSION || !kinds.includes(value.kind ?? '')) return [];
    const { name = '', namespace = defaultNamespace } = value.metadata ?? {};
    const metadata = {
      uid: shortHash(`${value.kind}/${namespace}/${name}`),
      generation: 1,
      resourceVersion: '1',
      creationTimestamp: '1970-01-01T00:00:00Z',
      ...value.metadata,
      name,
      namespace,
    };
    return [{ manifest, resource: { ...value, metadata } as LoadedResource['resource'] }];
  });
}

/** The two clocks of a {@link Snapshot}. */
export type Clocks = Pick<Snapshot, 'now' | 'serverTime'>;

/**
 * The snapshot of a cluster that has these manifests and nothing else, with an empty target. Credentials that are not
 * among the manifests are taken to be right, since they are seldom kept in files.
 */
export function snapshotOf(
  loaded: readonly LoadedResource[],
  manifests: readonly Manifest[],
  config: OperatorConfiguration,
  clocks: Clocks,
): Snapshot {
  const of = <T>(kind: string): T[] =>
    loaded.filter(({ resource }) => resource.kind === kind).map(({ resource }) => resource as T);
  const robots = of<DingTalkRobot>(KINDS.robot.kind);
  const empty = { uid: 'files', resourceVersion: '1', data: {}, owned: new Set<string>() };
  return {
    ...clocks,
    config,
    robots,
    templates: of<NotificationTemplate>(KINDS.template.kind),
    subscriptions: of<NotificationSubscription>(KINDS.subscription.kind),
    credentials: new Map([...assumedCredentials(robots), ...givenCredentials(manifests, 'default')]),
    target: { configMap: empty, secret: empty },
    deliveries: new Map(),
    answers: new Map(),
  };
}

/** The Secrets among the manifests. One without a namespace is taken to be of `defaultNamespace`. */
export function givenCredentials(
  manifests: readonly Manifest[],
  defaultNamespace: string,
): [string, CredentialSecret][] {
  return manifests.flatMap(({ value }): [string, CredentialSecret][] => {
    const secret = value as {
      readonly kind?: string;
      readonly metadata?: { readonly name?: string; readonly namespace?: string };
      readonly data?: Record<string, string>;
      readonly stringData?: Record<string, string>;
    };
    if (secret.kind !== 'Secret' || !secret.metadata?.name) return [];
    const decoded = Object.entries(secret.data ?? {}).map(([key, text]) => [
      key,
      Buffer.from(text, 'base64').toString(),
    ]);
    const data = { ...Object.fromEntries(decoded), ...secret.stringData };
    return [
      [
        objectKey(secret.metadata.namespace ?? defaultNamespace, secret.metadata.name),
        { state: 'found', data },
      ],
    ];
  });
}

function assumedCredentials(robots: readonly DingTalkRobot[]): [string, CredentialSecret][] {
  const found = new Map<string, Record<string, string>>();
  for (const { metadata, spec } of robots) {
    const add = (reference: { name: string; key: string } | undefined, value: string) => {
      if (!reference) return;
      const key = objectKey(metadata.namespace, reference.name);
      found.set(key, { ...found.get(key), [reference.key]: value });
    };
    add(spec.webhook.secretKeyRef, 'assumed');
    add(spec.signing?.secretKeyRef, 'SECassumed');
  }
  return [...found].map(([key, data]) => [key, { state: 'found', data }]);
}
