import { FIELD_MANAGER, SUBSCRIPTIONS_FIELD_MANAGER } from '../../api/field-managers.ts';
import type { Finding } from '../../api/finding.ts';
import { SUBSCRIPTIONS_KEY } from '../../argocd/names.ts';
import type { FieldManager, LiveObject } from '../model/snapshot.ts';
import { isEntryKey } from '../writes/our-part.ts';
import { remedyForManager, remedyForOwner } from './tools.ts';

/** The writer that took keys of the operator, as far as `metadata.managedFields` shows. */
export interface ConflictingManager {
  /** The writer, as the subject of a sentence. */
  readonly who: string;
  /** The remedy, in one or more sentences. */
  readonly remedy: string;
  /** Whether `metadata.managedFields` names the writer. Otherwise the writer is only likely. */
  readonly isCertain: boolean;
}

/**
 * Finds the writer. A manager that now holds a lost key is certain. A manager that only removes keys leaves two traces at
 * most: the object's owner, or keys of its own that are newer than the operator's.
 * @param object the present object; undefined if it was deleted
 * @param left the object's uid and the operator's own time in `metadata.managedFields`, after the operator's last write
 */
export function conflictingManager(
  object: LiveObject | undefined,
  lost: readonly string[],
  left: { readonly uid: string; readonly ownTime: string },
): ConflictingManager {
  const others = (object?.managers ?? []).filter(({ name }) => !isOurs(name));
  const lostKeys = lost.map((key) => (isEntryKey(key) ? SUBSCRIPTIONS_KEY : key));
  const holder = newest(others.filter(({ keys }) => lostKeys.some((key) => keys.has(key))));
  if (holder) {
    const { name } = holder;
    return {
      who: `${described(holder)}, which now holds these keys`,
      remedy: remedyForManager(name),
      isCertain: true,
    };
  }
  const time = object && ownTime(object);
  if (object?.uid === left.uid && time !== '' && time !== left.ownTime) {
    return {
      who: `another instance of this operator (field manager ${FIELD_MANAGER} has applied the object in the meantime)`,
      remedy: 'Run only one operator for these two objects.',
      isCertain: true,
    };
  }
  const owner = object?.owners.find(({ kind }) => remedyForOwner(kind) !== undefined);
  if (owner) {
    const who = `${owner.kind} ${owner.name}, which owns the object`;
    return { who, remedy: remedyForOwner(owner.kind) ?? '', isCertain: false };
  }
  const latest = newest(others);
  if (latest && latest.time >= left.ownTime) {
    const who = `probably ${described(latest)}, which has written since then`;
    return { who, remedy: remedyForManager(latest.name), isCertain: false };
  }
  if (!object || object.uid !== left.uid) {
    const who = object
      ? 'a person or tool that deletes the object and creates it again'
      : 'a person or tool that deletes the object';
    const remedy =
      "The audit log of the API server names the user. Argo CD's sync options Replace=true and Force=true also delete objects.";
    return { who, remedy, isCertain: false };
  }
  const suspects = [...new Set(others.map(({ name }) => name))].sort();
  return {
    who:
      suspects.length === 0
        ? 'a writer that leaves no trace in metadata.managedFields'
        : `a writer that is not recorded; these also write to the object: ${suspects.join(', ')}`,
    remedy:
      (suspects[0] === undefined ? '' : `${remedyForManager(suspects[0])} `) +
      'The audit log of the API server names the users that update the object.',
    isCertain: false,
  };
}

/** The time of the operator's last server-side apply of the object, by `metadata.managedFields`; empty if there is none. */
export function ownTime({ managers }: LiveObject): string {
  return managers.find(({ name, operation }) => name === FIELD_MANAGER && operation === 'Apply')?.time ?? '';
}

const described = ({ name, operation, time }: FieldManager): string =>
  `field manager ${name} (${[operation, time].filter(Boolean).join(' at ')})`;

const isOurs = (name: string): boolean => name === FIELD_MANAGER || name === SUBSCRIPTIONS_FIELD_MANAGER;

function newest(managers: readonly FieldManager[]): FieldManager | undefined {
  return managers.toSorted((a, b) => (a.time < b.time ? 1 : -1))[0];
}

/**
 * Owners of an object that are known to replace its whole content. They are reported in advance, because hours can pass until
 * their next write.
 * @param name such as `Secret argocd/argocd-notifications-secret`
 */
export function ownerFindings(name: string, object: LiveObject | undefined): Finding[] {
  return (object?.owners ?? []).flatMap((owner) => {
    const remedy = remedyForOwner(owner.kind);
    if (remedy === undefined) return [];
    const message = `${name} belongs to ${owner.kind} ${owner.name}, which may remove the keys of this operator at any time. ${remedy}`;
    return [{ reason: 'TargetOwned', message }];
  });
}
