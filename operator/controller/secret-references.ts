import type { DingTalkRobot } from '../api/kinds.ts';
import { objectKey, RECONCILE_AT } from '../core/names.ts';

/** A Secret that robots refer to. */
export interface SecretReference {
  readonly namespace: string;
  readonly name: string;
  /** The keys that they name. */
  readonly keys: ReadonlySet<string>;
  /** Generation and annotation of each of these robots: of a new one nothing is known yet. */
  readonly versions: ReadonlySet<string>;
}

/** Each Secret that robots refer to once, by `namespace/name`. A suspended robot needs none. */
export function secretReferences(robots: readonly DingTalkRobot[]): ReadonlyMap<string, SecretReference> {
  const found = new Map<string, SecretReference>();
  for (const { metadata, spec } of robots) {
    if (spec.suspend || metadata.deletionTimestamp !== undefined) continue;
    const { namespace, uid, generation, annotations } = metadata;
    const version = `${uid}.${generation}.${annotations?.[RECONCILE_AT] ?? ''}`;
    for (const field of [spec.webhook, spec.signing]) {
      if (!field) continue;
      const { name, key } = field.secretKeyRef;
      const before = found.get(objectKey(namespace, name));
      const keys = new Set([...(before?.keys ?? []), key]);
      const versions = new Set([...(before?.versions ?? []), version]);
      found.set(objectKey(namespace, name), { namespace, name, keys, versions });
    }
  }
  return found;
}
