import { FIELD_MANAGER, SUBSCRIPTIONS_FIELD_MANAGER } from '../../api/field-managers.ts';
import { SUBSCRIPTIONS_KEY } from '../../argocd/names.ts';
import type { LiveObject } from '../model/snapshot.ts';

const OURS: readonly string[] = [FIELD_MANAGER, SUBSCRIPTIONS_FIELD_MANAGER];

/**
 * Who applies the shared key as a whole (server-side apply: Helm 4, Argo CD with ServerSideApply=true, Flux). Such a tool
 * says "this is the value": one of ours in it would fail its next apply with a conflict, or be lost in a forced one. The
 * API server takes the key from such an owner as soon as we write it, so this has to be asked before.
 */
export function sharedKeyOwner(configMap: LiveObject | undefined): string | undefined {
  return configMap?.managers.find(
    ({ name, operation, keys }) =>
      operation === 'Apply' && !OURS.includes(name) && keys.has(SUBSCRIPTIONS_KEY),
  )?.name;
}

/** What to do about it, for people. */
export function sharedKeyOwnedMessage(owner: string): string {
  return (
    `field manager ${owner} applies the value of subscriptions as a whole, so the operator leaves the value as it is. An entry ` +
    `of the operator would make the next apply of ${owner} fail, or would be lost in it. Leave the key subscriptions out of the ` +
    `manifest or chart values that ${owner} applies, and add your own entries by hand or as annotations.`
  );
}
