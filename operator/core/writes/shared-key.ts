import { FIELD_MANAGER, SUBSCRIPTIONS_FIELD_MANAGER } from '../../api/field-managers.ts';
import { SUBSCRIPTIONS_KEY } from '../../argocd/names.ts';
import type { LiveObject } from '../model/snapshot.ts';

const OURS: readonly string[] = [FIELD_MANAGER, SUBSCRIPTIONS_FIELD_MANAGER];

/**
 * The tool that applies the shared key as a whole (server-side apply: Helm 4, Argo CD with ServerSideApply=true, Flux). Such a
 * tool claims the whole value. With an entry of the operator in the value, the tool's next apply would fail with a conflict,
 * or a forced apply would lose the entry. The API server takes the key from its owner as soon as the operator writes it, so
 * the operator must ask before.
 */
export function sharedKeyOwner(configMap: LiveObject | undefined): string | undefined {
  return configMap?.managers.find(
    ({ name, operation, keys }) =>
      operation === 'Apply' && !OURS.includes(name) && keys.has(SUBSCRIPTIONS_KEY),
  )?.name;
}

const OF_ARGOCD = /^argocd-(controller|application-controller)$/;
const FOR_ARGOCD =
  'If that manifest has no such key, remove RespectIgnoreDifferences=true from the sync options of the Application: together with ' +
  'ServerSideApply=true, Argo CD applies the value that it finds in the cluster.';

/** The obstacle and the remedy, for people. */
export function sharedKeyOwnedMessage(owner: string): string {
  return (
    `field manager ${owner} applies the value of subscriptions as a whole, so the operator leaves the value as it is. An entry ` +
    `of the operator would make the next apply of ${owner} fail, or would be lost in it. Leave the key subscriptions out of the ` +
    `manifest or chart values that ${owner} applies, and add your own entries by hand or as annotations.` +
    (OF_ARGOCD.test(owner) ? ` ${FOR_ARGOCD}` : '')
  );
}
