import type { DingTalkRobot, NotificationSubscription } from '../../api/kinds.ts';
import {
  eventKeyName,
  serviceKey,
  serviceName,
  subscriptionKeyName,
  templateKey,
  triggerKey,
} from '../../argocd/names.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** Names of keys, by object. */
export type KeyNames = Readonly<Record<'ConfigMap' | 'Secret', ReadonlySet<string>>>;

/**
 * The keys that the statuses report as live: an earlier leader has written them. A value that somebody has replaced
 * meanwhile has no mark of the operator any more, and its key would look like a foreign one. Only a status counts that
 * says that all of the present generation is live; of any other, nobody knows which of the keys were the operator's.
 */
export function toldKeys({ robots, subscriptions }: Pick<Snapshot, 'robots' | 'subscriptions'>): KeyNames {
  const services = robots
    .filter(isWhollyLive)
    .map(({ metadata: { namespace, name } }) => serviceName(namespace, name));
  const events = subscriptions.filter(isWhollyLive).flatMap(({ metadata: { namespace, name }, status }) => {
    const names = (status?.eventNames ?? '').split(',').filter((event) => event !== '');
    const ofEvents = names.map((event) => eventKeyName(namespace, name, event));
    return [
      templateKey(subscriptionKeyName(namespace, name)),
      ...ofEvents.flatMap((each) => [triggerKey(each), templateKey(each)]),
    ];
  });
  return { ConfigMap: new Set([...services.map(serviceKey), ...events]), Secret: new Set(services) };
}

function isWhollyLive({ metadata, status }: DingTalkRobot | NotificationSubscription): boolean {
  const { generation } = metadata;
  return (
    status?.liveGeneration === generation &&
    status?.conditions?.some(
      ({ type, status: is, observedGeneration }) =>
        type === 'Merged' && is === 'True' && observedGeneration === generation,
    ) === true
  );
}
