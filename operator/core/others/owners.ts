import type { Finding } from '../../api/finding.ts';
import type { LiveObject } from '../model/snapshot.ts';
import { remedyForOwner } from './tools.ts';

/**
 * Owners of an object that are known to replace all that is in it: told in advance, since it may be hours until they
 * write the next time.
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
