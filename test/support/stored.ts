import type {
  DingTalkRobot,
  NotificationSubscription,
  NotificationTemplate,
} from '../../operator/api/kinds.ts';
import { shortHash } from '../../operator/argocd/provenance.ts';
import type { CredentialSecret, Snapshot } from '../../operator/core/model/snapshot.ts';
import type { HostileManifest } from './hostile-namespace.ts';

/** The part of a snapshot that manifests become. */
export type StoredResources = Pick<Snapshot, 'robots' | 'templates' | 'subscriptions' | 'credentials'>;

/**
 * Manifests of custom resources and Secrets as a decision gets them: with what the API server adds.
 * @param createdAt RFC 3339
 */
export function stored(manifests: readonly HostileManifest[], createdAt: string): StoredResources {
  const ofKind = (kind: string) =>
    manifests
      .filter((manifest) => manifest.kind === kind)
      .map((manifest) => ({
        ...manifest,
        metadata: { ...manifest.metadata, ...added(manifest, createdAt) },
      }));
  const secrets = ofKind('Secret') as unknown as { metadata: Named; stringData: Record<string, string> }[];
  return {
    robots: ofKind('DingTalkRobot') as unknown as DingTalkRobot[],
    templates: ofKind('NotificationTemplate') as unknown as NotificationTemplate[],
    subscriptions: ofKind('NotificationSubscription') as unknown as NotificationSubscription[],
    credentials: new Map(
      secrets.map(({ metadata, stringData }): [string, CredentialSecret] => [
        `${metadata.namespace}/${metadata.name}`,
        { state: 'found', data: stringData },
      ]),
    ),
  };
}

type Named = HostileManifest['metadata'];

const added = ({ kind, metadata }: HostileManifest, creationTimestamp: string) => ({
  uid: `${shortHash(`${kind}/${metadata.namespace}/${metadata.name}`)}-0000-4000-8000-000000000000`,
  generation: 1,
  resourceVersion: '1',
  creationTimestamp,
});
