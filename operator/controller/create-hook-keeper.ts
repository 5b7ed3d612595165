import type { Finding } from '../api/finding.ts';
import type { NotificationSubscription } from '../api/kinds.ts';
import { installationKey } from '../cluster/gitee-key.ts';
import { readCredential } from '../cluster/read-credential.ts';
import type { EventRecord } from '../kubernetes/events.ts';
import { HookKeeper } from './gitee/hook-keeper.ts';
import { HookObjects } from './gitee/objects.ts';
import { GiteeTokens } from './gitee/tokens.ts';
import type { OperatorContext, OperatorParts } from './parts.ts';

/** Makes the keeper of hooks of a term of office. */
export function createHookKeeper(
  { caches, request, events, fence }: OperatorParts,
  { config, gitee, metrics, log, clocks, random, randomBytes, serverClock, requestRun }: OperatorContext,
): HookKeeper {
  const { namespace: installation } = config.target;
  const isEnding = (namespace: string): boolean =>
    caches.namespaces.get(undefined, namespace)?.metadata.deletionTimestamp !== undefined;
  return new HookKeeper({
    subscriptions: () => caches.subscriptions.items(),
    subscription: (namespace, name) => caches.subscriptions.get(namespace, name),
    objects: new HookObjects(request, caches.subscriptions, installation),
    tokens: new GiteeTokens(readCredential({ request }), isEnding),
    gitee,
    installationKey: () => installationKey(request, installation, randomBytes),
    installation,
    config: config.gitee,
    mayWrite: () => fence.leftMs() > 0,
    now: () => serverClock.now(),
    clocks,
    random,
    tell: (subscription, finding, type) => {
      const { namespace } = subscription.metadata;
      const uid = caches.namespaces.get(undefined, namespace)?.metadata.uid ?? '';
      return events.record({
        ...aboutHooks(finding, type),
        regarding: regarding(subscription, isEnding(namespace), uid),
      });
    },
    onNews: requestRun,
    onCounts: metrics.giteeHooks,
    log,
  });
}

const aboutHooks = ({ reason, message }: Finding, type: EventRecord['type']) => ({
  ...{ type, reason, message },
  action: 'KeepHooks',
});

/** A namespace that is being deleted takes no new object, so the event is about the namespace, and stored elsewhere. */
function regarding(
  { apiVersion, kind, metadata: { namespace, name, uid } }: NotificationSubscription,
  isEnding: boolean,
  namespaceUid: string,
): EventRecord['regarding'] {
  return isEnding
    ? { apiVersion: 'v1', kind: 'Namespace', name: namespace, uid: namespaceUid }
    : { apiVersion, kind, namespace, name, uid };
}
