import type { DingTalkRobot } from '../api/kinds.ts';
import { objectKey, RECONCILE_AT } from '../api/names.ts';
import { ObjectMemo } from '../lib/memo.ts';

/** A Secret that robots refer to. */
export interface SecretReference {
  readonly namespace: string;
  readonly name: string;
  /** The keys that the robots name. */
  readonly keys: ReadonlySet<string>;
  /** Generation and annotation of each of these robots. The credentials of a new robot are not known yet. */
  readonly versions: ReadonlySet<string>;
}

/** Each Secret that robots refer to, once, by `namespace/name`. A suspended robot needs none. */
export function secretReferences(robots: readonly DingTalkRobot[]): ReadonlyMap<string, SecretReference> {
  return references.get(robots, [], () => referencesOf(robots));
}

/** The same for the same list: a run looks at all robots, and most have not changed. */
const references = new ObjectMemo<readonly DingTalkRobot[], ReadonlyMap<string, SecretReference>>();

function referencesOf(robots: readonly DingTalkRobot[]): ReadonlyMap<string, SecretReference> {
  const found = new Map<
    string,
    SecretReference & { readonly keys: Set<string>; readonly versions: Set<string> }
  >();
  for (const robot of robots) {
    const { namespace, uid, generation, annotations } = robot.metadata;
    const version = `${uid}.${generation}.${annotations?.[RECONCILE_AT] ?? ''}`;
    for (const { name, key } of keysOf(robot)) {
      const id = objectKey(namespace, name);
      // Hundreds of robots may name one Secret.
      const reference = found.get(id) ?? { namespace, name, keys: new Set(), versions: new Set() };
      reference.keys.add(key);
      reference.versions.add(version);
      found.set(id, reference);
    }
  }
  return found;
}

function keysOf({ metadata, spec }: DingTalkRobot): { readonly name: string; readonly key: string }[] {
  if (metadata.deletionTimestamp !== undefined) return [];
  try {
    const fields = spec.suspend ? [] : [spec.webhook, spec.signing];
    return fields.flatMap((field) => {
      if (!field) return [];
      const { name, key } = field.secretKeyRef;
      return [{ name, key }];
    });
  } catch {
    // The decision fails on that robot in the same way and reports it; other robots must not suffer from it.
    return [];
  }
}
